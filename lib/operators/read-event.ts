// Events and messages of the user's own: what run they ask for, and whether its input is one that the pipeline takes.
import { UnavailableError } from '../ledger/index.ts';
import {
  type Binding,
  type Condition,
  type Json,
  operandsOf,
  type PipelineManifest,
  type RunRecord,
  readEvent,
  type StartMessage,
  shifted,
  type TriggerRecord,
  timeOf,
  valueAt,
  whyNot,
} from '../records/index.ts';
import { PermanentError } from '../support/run-errors.ts';
import type { Services } from './services.ts';

type EventMessage = Extract<StartMessage, { kind: 'event' }>;

/** Throws PermanentError HDL441 where the event does not give what the run is to be named by. */
export const requestOf = ({ from, reading, event }: EventMessage) => {
  const seen = { ...event } as unknown as Json; // The type is one of JSON.
  const text = (binding: Binding | undefined, what: string): string => {
    if (!binding) return event.id;
    const value = readEvent(binding, seen);
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
    throw new PermanentError(
      `HDL441 the ${what} of ${reading.trigger} is ${JSON.stringify(value)} in the event ${event.id}, expected text. Fix: send it, or correct the ${what} of the trigger`,
    );
  };
  const trigger: TriggerRecord = {
    kind: from,
    identity: `${reading.trigger} ${text(reading.id, 'id')}`,
    detail: `${reading.trigger}: ${[event.source, event.detailType, event.id].filter(Boolean).join(' ')}`,
  };
  return { trigger, partition: text(reading.partition, 'partition'), input: readEvent(reading.input, seen) };
};

/** Throws PermanentError HDL443 for an input that the pipeline's contract does not take: the event ends with the dead letters. */
export const checkEventInput = async (message: StartMessage, input: Json, services: Services): Promise<void> => {
  if (message.kind !== 'event') return;
  const whole = await services.manifests.inputOf(message.pipeline);
  const schema = message.batch ? itemOf(whole) : whole;
  if (schema === undefined) return;
  const { breach } = await import('./breach.ts'); // Only who takes events pays for it.
  const broken = breach(schema, input);
  if (broken === undefined) return;
  throw new PermanentError(
    `HDL443 what ${message.reading.trigger} makes of the event ${message.event.id} breaks the contract of ${message.pipeline}: ${broken}. Fix: correct what is sent, or the input of the trigger`,
  );
};

/** Of a pipeline that takes batches: what each of a batch is to be. */
const itemOf = (schema: Json | undefined): Json | undefined =>
  schema === undefined ? undefined : (valueAt(schema, ['properties', 'batch', 'items']) ?? undefined);

/** Why a message's run is not wanted; undefined when it is. */
export const unmet = async (
  message: StartMessage,
  partition: string,
  manifest: PipelineManifest,
  services: Services,
): Promise<string | undefined> => {
  const when = 'when' in message ? message.when : undefined;
  if (!when) return undefined;
  const event = seenBy(message, partition);
  return whyUnmet(when, partition, manifest, services, async (operand) => readEvent(operand, event));
};

/** Why a run that upstreams ask for is not wanted; undefined when it is. An output that will not come counts as null. */
export const unmetAbove = (
  when: Condition,
  record: RunRecord,
  manifest: PipelineManifest,
  services: Services,
): Promise<string | undefined> => {
  const { pipeline, run, partition } = record;
  const resolver = services.ledger.resolver();
  return whyUnmet(when, partition, manifest, services, async (operand) => {
    try {
      return await resolver.resolve(operand, { pipeline, run, partition, chosen: {}, record });
    } catch (error) {
      if (error instanceof UnavailableError) return null;
      throw error;
    }
  });
};

/** `read` gives what operands are that do not ask the ledger how a partition stands. */
const whyUnmet = async (
  when: Condition,
  partition: string,
  { pipeline, partitions }: PipelineManifest,
  { ledger }: Services,
  read: (operand: Binding) => Promise<Json>,
): Promise<string | undefined> => {
  const standing = async (of: string): Promise<Json> => {
    const previous = of === 'previous';
    const key = previous ? previousKey(partition, partitions) : partition;
    const record = await ledger.runs.partition(previous ? pipeline : of, key);
    return { status: record?.status ?? 'missing' };
  };
  const values = new Map<Binding, Json>();
  for (const operand of operandsOf(when)) {
    const { source } = operand.kind === 'ref' ? operand : {};
    const value = source?.kind === 'ledger' ? readEvent(operand, await standing(source.of)) : await read(operand);
    values.set(operand, value);
  }
  return whyNot(when, (operand) => values.get(operand) ?? null);
};

/** What a condition's refs into the event point at. */
const seenBy = (message: StartMessage, partition: string): Json => {
  switch (message.kind) {
    case 'event':
      return { ...message.event } as unknown as Json;
    case 'object': {
      const { bucket, object } = message.event.detail;
      return { bucket: bucket.name, key: object.key, size: object.size ?? null, partition };
    }
    case 'request': {
      const { id, by, input } = message;
      return { id, partition, by, input };
    }
    case 'schedule':
      return { time: message.time, partition };
    default:
      return { partition };
  }
};

/** Of a pipeline that does not say its partitions, those that are days have one before. Throws PermanentError HDL444. */
const previousKey = (partition: string, partitions: PipelineManifest['partitions']): string => {
  const clock = (partitions && timeOf(partitions)) ?? ({ every: 'day', timeZone: 'UTC' } as const);
  try {
    return shifted(clock, partition, -1);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new PermanentError(
      `HDL444 the partition ${partition} has none before it: ${error.message}. Fix: say the partitions of the pipeline (daily, hourly, …), or take completed('previous') out`,
      { cause: error },
    );
  }
};
