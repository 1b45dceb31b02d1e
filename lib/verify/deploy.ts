// What the operators and the wrapper find on the engine: the table, the bucket, the bus, the dead-letter queue, the machine.
import type { CompiledPipeline } from '../asl/index.ts';
import type { Pipeline, RowsBucket } from '../definition/index.ts';
import { childrenOf } from '../graph/index.ts';
import { tableRequest } from '../ledger/index.ts';
import type { Services as Engine } from '../local/index.ts';
import { compensationSuffix, environmentNames, type Json } from '../records/index.ts';

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

/** The name of a bucket that rows lie in. */
export const bucketName = (bucket: RowsBucket): string =>
  typeof bucket === 'object' ? bucket.name : bucket === 'inbox' ? names.inboxBucket : names.payloadBucket;

export interface Deployed {
  readonly endpoint: string;
  readonly queueUrl: string;
  readonly startQueueUrl: string;
}

/** Deploys compiled pipelines to an engine that has nothing yet. */
export const deploy = async (engine: Engine, compiled: readonly CompiledPipeline[]): Promise<Deployed> => {
  await engine.service('dynamodb').call('CreateTable', tableRequest(names.table));
  const own = compiled.flatMap(({ maps }) => maps.flatMap(({ rows }) => (rows ? [bucketName(rows.bucket)] : [])));
  for (const Bucket of new Set([names.payloadBucket, names.inboxBucket, ...own]))
    await engine.service('s3').call('CreateBucket', { Bucket });
  await engine.service('eventbridge').call('CreateEventBus', { Name: names.eventBus });
  const { QueueUrl } = await engine.service('sqs').call('CreateQueue', { QueueName: names.queue });
  const starts = await engine.service('sqs').call('CreateQueue', { QueueName: names.startQueue });
  for (const one of compiled) await deployMachines(engine, one);
  const queueUrl = String(QueueUrl);
  return { endpoint: new URL(queueUrl).origin, queueUrl, startQueueUrl: String(starts.QueueUrl) };
};

/** The pipeline's machine, those that it starts where it would be too large, and the one that undoes what it did. */
const deployMachines = async (
  engine: Engine,
  { name, definition, hash, children, type, compensation }: CompiledPipeline,
): Promise<void> => {
  const childName = (placeholder: string): string => `${name}-${placeholder.replace('machine_', '')}`;
  const filledIn: { readonly [placeholder: string]: string } = {
    ...names,
    ledger: names.table,
    definitionHash: hash,
    ...Object.fromEntries(children.map(({ placeholder }) => [placeholder, machineArn(childName(placeholder))])),
  };
  const filled = (text: string): string =>
    text.replaceAll(/\$\{(\w+)\}/g, (_, placeholder: string) => {
      if (/^(stage|fallback|compensate)_/.test(placeholder)) return functionName(name, placeholder);
      return filledIn[placeholder] ?? placeholder;
    });
  const create = (machine: string, text: string, typed = {}) =>
    engine.service('sfn').call('CreateStateMachine', {
      name: machine,
      ...typed,
      definition: JSON.stringify(withStubs(JSON.parse(filled(text)), name)),
      roleArn: `arn:aws:iam::${account}:role/verify`,
    });
  for (const child of children) await create(childName(child.placeholder), child.definition);
  await create(name, definition, type === 'express' ? { type: 'EXPRESS' } : {});
  if (compensation !== undefined) await create(`${name}${compensationSuffix}`, compensation);
};

/** Of what stands for a stage's function, or a call of AWS, in a definition. */
export const functionName = (pipeline: string, placeholder: string): string => `${pipeline}_${placeholder}`;

/** Calls of AWS go to a function of the bench instead: what they answer is made, and how they fail is the fault's. */
const withStubs = (at: Json, pipeline: string): Json => {
  if (Array.isArray(at)) return at.map((each) => withStubs(each, pipeline));
  if (typeof at !== 'object' || at === null) return at;
  return Object.fromEntries(
    Object.entries(at).map(([name, value]) => {
      const [, id] = /^(.+)\.call$/.exec(name) ?? [];
      const inside = withStubs(value, pipeline);
      if (id === undefined || (inside as { readonly Type?: Json }).Type !== 'Task') return [name, inside];
      const Resource = `arn:aws:lambda:${region}:${account}:function:${functionName(pipeline, `service_${id}`)}`;
      return [name, { ...(inside as object), Resource, Next: `${id}.done` } as Json]; // a job is not asked after
    }),
  );
};

const machineArn = (name: string): string => `arn:aws:states:${region}:${account}:stateMachine:${name}`;

export const executionArn = (machine: string, name: string): string =>
  `arn:aws:states:${region}:${account}:execution:${machine}:${name}`;

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

/** The pipelines that a pipeline runs, and those that they run. */
export const descendantsOf = (pipeline: Pipeline): readonly Pipeline[] => {
  const found = new Map<string, Pipeline>();
  const visit = (one: Pipeline): void => {
    for (const child of childrenOf(one)) {
      if (found.has(child.name)) continue;
      found.set(child.name, child);
      visit(child);
    }
  };
  visit(pipeline);
  return [...found.values()];
};

export const manifestOf = (
  { name, upstream, partitions, uses, join, type }: Pipeline,
  { hash, stages, compensation }: CompiledPipeline,
  queueUrl: string,
) => ({
  pipeline: name,
  stateMachineArn: machineArn(name),
  ...(compensation === undefined ? {} : { compensationArn: machineArn(`${name}${compensationSuffix}`) }),
  type,
  definitionHash: hash,
  ...(partitions ? { partitions } : {}),
  ...(uses ? { uses } : {}),
  ...(join ? { join } : {}),
  upstream: Object.fromEntries(Object.entries(upstream).map(([alias, above]) => [alias, above.name])),
  stages,
  deadLetterQueueUrl: queueUrl,
  replayQueueUrl: queueUrl,
});
