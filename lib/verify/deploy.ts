// What the operators and the wrapper find on the engine: the table, the bucket, the bus, the dead-letter queue, the machine.
import type { CompiledPipeline } from '../asl/index.ts';
import { tableRequest } from '../ledger/index.ts';
import type { Services as Engine } from '../local/index.ts';
import { environmentNames } from '../records/index.ts';

export const region = 'us-east-1';
export const account = '123456789012';
export const credentials = { accessKeyId: 'verify', secretAccessKey: 'verify' };
export const names = {
  table: 'ledger',
  payloadBucket: 'payloads',
  inboxBucket: 'inbox',
  eventBus: 'heddle',
  queue: 'dead',
  startQueue: 'start',
};

export interface Deployed {
  readonly endpoint: string;
  readonly queueUrl: string;
  readonly startQueueUrl: string;
}

/** Deploys a compiled pipeline to an engine that has nothing yet. */
export const deploy = async (engine: Engine, compiled: CompiledPipeline): Promise<Deployed> => {
  await engine.service('dynamodb').call('CreateTable', tableRequest(names.table));
  for (const Bucket of [names.payloadBucket, names.inboxBucket])
    await engine.service('s3').call('CreateBucket', { Bucket });
  await engine.service('eventbridge').call('CreateEventBus', { Name: names.eventBus });
  const { QueueUrl } = await engine.service('sqs').call('CreateQueue', { QueueName: names.queue });
  const starts = await engine.service('sqs').call('CreateQueue', { QueueName: names.startQueue });
  await deployMachines(engine, compiled);
  const queueUrl = String(QueueUrl);
  return { endpoint: new URL(queueUrl).origin, queueUrl, startQueueUrl: String(starts.QueueUrl) };
};

/** The pipeline's machine, and those that it starts where it would be too large. */
const deployMachines = async (
  engine: Engine,
  { name, definition, hash, children }: CompiledPipeline,
): Promise<void> => {
  const childName = (placeholder: string): string => `${name}-${placeholder.replace('machine_', '')}`;
  const filledIn: { readonly [placeholder: string]: string } = {
    ...names,
    ledger: names.table,
    definitionHash: hash,
    ...Object.fromEntries(children.map(({ placeholder }) => [placeholder, machineArn(childName(placeholder))])),
  };
  const create = (machine: string, text: string) =>
    engine.service('sfn').call('CreateStateMachine', {
      name: machine,
      definition: text.replaceAll(/\$\{(\w+)\}/g, (_, placeholder: string) => filledIn[placeholder] ?? placeholder),
      roleArn: `arn:aws:iam::${account}:role/verify`,
    });
  for (const child of children) await create(childName(child.placeholder), child.definition);
  await create(name, definition);
};

export const machineArn = (name: string): string => `arn:aws:states:${region}:${account}:stateMachine:${name}`;

/** The environment of every function there. */
export const environmentOf = ({ endpoint, queueUrl }: Deployed): { readonly [name: string]: string } => ({
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  POWERTOOLS_METRICS_DISABLED: 'true',
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  [environmentNames.table]: names.table,
  [environmentNames.payloadBucket]: names.payloadBucket,
  [environmentNames.deadLetterQueue]: queueUrl,
  [environmentNames.codeHash]: 'code',
  [environmentNames.contractHash]: 'contract',
});
