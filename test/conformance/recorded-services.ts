// The engine's own services, holding what a recorded case says they held on AWS: tables, queues, objects.
import type { EngineContext, Service, ServiceId } from '../../lib/local/service.ts';

export interface RecordedResources {
  readonly s3?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly dynamodb?: Readonly<Record<string, { readonly partitionKey: string; readonly items: readonly unknown[] }>>;
  readonly sqs?: Readonly<Record<string, { readonly attributes: Readonly<Record<string, string>> }>>;
  readonly sns?: Readonly<Record<string, unknown>>;
}

// Loaded when a case needs one: most need none, and starting them costs more than running the case.
const services: Readonly<Partial<Record<ServiceId, (context: EngineContext) => Promise<Service>>>> = {
  s3: async (context) => (await import('../../lib/local/services/s3/index.ts')).s3Service(context),
  dynamodb: async (context) => (await import('../../lib/local/services/dynamodb/index.ts')).dynamodbService(context),
  sqs: async (context) => (await import('../../lib/local/services/sqs/index.ts')).sqsService(context),
  sns: async (context) => (await import('../../lib/local/services/sns/index.ts')).snsService(context),
  eventbridge: async (context) =>
    (await import('../../lib/local/services/eventbridge/index.ts')).eventbridgeService(context),
};

const needs: Readonly<Record<string, readonly ServiceId[]>> = {
  s3: ['s3'],
  'aws-sdk:s3': ['s3'],
  dynamodb: ['dynamodb'],
  'aws-sdk:dynamodb': ['dynamodb'],
  sqs: ['sqs'],
  sns: ['sns', 'sqs'],
  events: ['eventbridge', 'sqs'],
};

const seedTable = (dynamodb: Service, table: string, key: string) =>
  dynamodb.call('CreateTable', {
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
  });

const seed = async (started: ReadonlyMap<ServiceId, Service>, resources: RecordedResources): Promise<void> => {
  const [s3, dynamodb, sqs, sns] = [started.get('s3'), started.get('dynamodb'), started.get('sqs'), started.get('sns')];
  for (const [Bucket, objects] of Object.entries((s3 && resources.s3) ?? {})) {
    await s3?.call('CreateBucket', { Bucket });
    for (const [Key, text] of Object.entries(objects))
      await s3?.call('PutObject', { Bucket, Key, Body: Buffer.from(text) });
  }
  for (const [table, { partitionKey }] of Object.entries((dynamodb && resources.dynamodb) ?? {})) {
    if (dynamodb) await seedTable(dynamodb, table, partitionKey);
  }
  for (const [QueueName, { attributes }] of Object.entries((sqs && resources.sqs) ?? {})) {
    await sqs?.call('CreateQueue', { QueueName, Attributes: attributes });
  }
  for (const Name of Object.keys((sns && resources.sns) ?? {})) {
    await sns?.call('CreateTopic', { Name, ...(Name.endsWith('.fifo') && { Attributes: { FifoTopic: 'true' } }) });
  }
};

/** Starts the services that a case requires, with its resources in them. */
export const recordedServices = async (
  context: EngineContext,
  requires: readonly string[],
  resources: RecordedResources,
): Promise<ReadonlyMap<ServiceId, Service>> => {
  const started = new Map<ServiceId, Service>();
  // A machine that the case starts may need what the case itself does not name.
  const named = [...requires, ...Object.keys(resources)];
  for (const id of new Set(named.flatMap((name) => needs[name] ?? []))) {
    const service = await services[id]?.(context);
    if (service) started.set(id, service);
  }
  await seed(started, resources);
  return started;
};
