// A start message as a request for a run: which partition, which input, and what makes two messages the same request.
import {
  type Condition,
  childIdentity,
  type Json,
  keyProblem,
  type PipelineManifest,
  partitionIn,
  partitionWords,
  type RunRecord,
  runId,
  type StartMessage,
  type StoredPayload,
  sliceOf,
  type TriggerRecord,
} from '../records/index.ts';
import { PermanentError } from '../support/run-errors.ts';
import { joinAsked, joinTriggered } from './join/index.ts';
import { requestOf } from './read-event.ts';
import type { Services } from './services.ts';

/** A message that asks for a run of its own. */
export type RunMessage = Exclude<
  StartMessage,
  { kind: 'compensate' | 'deadline' | 'resume' | 'fork' | 'look' | 'ended' | 'release' | 'window' | 'advance' }
>;

export interface Request extends Pick<RunRecord, 'upstream' | 'upstreamLists' | 'without'> {
  readonly run: string;
  readonly partition: string;
  readonly input: Json;
  readonly trigger: TriggerRecord;
}

/** Of a start by upstreams: what it is to be asked, and the run that says so where that does not hold. */
export interface Asks {
  readonly when: Condition;
  readonly skipped: string;
}

/** A request, or why no run is to start for this message; `passing` when that may be otherwise before long. */
export type Decision =
  | { readonly request: Request; readonly asks?: Asks }
  | { readonly reason: string; readonly passing: boolean };

/**
 * Decides on a message; `partition` is the one that it is for, where that is not in it. Throws PermanentError on one that can
 * never start a run.
 */
export const decide = async (
  message: RunMessage,
  manifest: PipelineManifest,
  services: Services,
  only?: string,
): Promise<Decision> => {
  const { trigger, input, ...said } = read(message, manifest);
  const partition = only ?? said.partition;
  // Who waits for it is told; and what completes above need not be for one of this pipeline's.
  if (message.kind === 'child' || message.kind === 'upstream') {
    const problem = manifest.partitions && keyProblem(manifest.partitions, partition);
    if (problem) return { reason: `it has no such partition: ${problem}`, passing: false };
  } else checkPartition(partition, manifest);
  const isTriggered = message.kind === 'upstream' || message.kind === 'waited';
  const joined = isTriggered
    ? await joinTriggered(partition, manifest, `${trigger.identity} ${message.kind}`, services)
    : await joinAsked(partition, manifest, services);
  if ('reason' in joined) return { passing: false, ...joined };
  const { identity: above, again, seen, ...from } = joined;
  const identity = isTriggered ? above : trigger.identity;
  const kind = isTriggered ? 'upstream' : message.kind;
  const idOf = (what: string): string => runId(partition, `${message.pipeline} ${partition} ${kind} ${what}`);
  const run = again ?? idOf(identity);
  const request = { run, partition, input, trigger: { ...trigger, identity }, ...from };
  // One that was decided on before stays so.
  if (!isTriggered || !manifest.when || again) return { request };
  return { request, asks: { when: manifest.when, skipped: seen ? idOf(`${identity} seeing ${seen}`) : run } };
};

/** Throws PermanentError HDL440 for a key that is none of the pipeline's partitions. */
export const checkPartition = (partition: string, { pipeline, partitions }: PipelineManifest): void => {
  const problem = partitions && keyProblem(partitions, partition);
  if (problem)
    throw new PermanentError(
      `HDL440 ${pipeline} has no partition ${partition}: ${problem}. Fix: ask for one of ${partitionWords(partitions)}`,
    );
};

/** What is recorded of a run that is asked for. */
export const recordOf = (
  { pipeline, partitions }: PipelineManifest,
  { run, partition, trigger, input: _, ...above }: Request,
  input: StoredPayload,
  createdAt: string,
): RunRecord => ({
  pipeline,
  run,
  partition,
  status: 'pending',
  trigger,
  input,
  ...above,
  // Events that are gathered need not be of a partition each.
  ...(partitions && keyProblem(partitions, partition) === undefined ? { slice: sliceOf(partitions, partition) } : {}),
  createdAt,
});

/** What a message asks for, without a look at anything else. */
export const read = (
  message: RunMessage,
  manifest: PipelineManifest,
): { trigger: TriggerRecord; partition: string; input: Json } => {
  switch (message.kind) {
    case 'manual':
      return {
        trigger: { kind: 'manual', identity: message.id, detail: message.by },
        partition: message.partition ?? message.id,
        input: message.input,
      };
    case 'request':
      return {
        trigger: { kind: 'request', identity: message.id, detail: message.by },
        partition: message.partition,
        input: message.input,
      };
    case 'child': {
      const { pipeline, run, stage } = message.parent;
      const identity = childIdentity(message.parent);
      return {
        trigger: { kind: 'child', identity, detail: `${stage} of ${pipeline} ${run}` },
        partition: message.partition,
        input: null, // stored by the asker already
      };
    }
    case 'object': {
      const { bucket, object } = message.event.detail;
      return {
        trigger: {
          kind: 'object',
          identity: `${bucket.name}/${object.key}/${object.etag}`,
          detail: `s3://${bucket.name}/${object.key}`,
        },
        partition: partitionOf(message.keyTemplate, object.key, manifest),
        input: { bucket: bucket.name, key: object.key },
      };
    }
    case 'event':
      return requestOf(message);
    case 'batch': {
      const { trigger, group, number, inputs } = message;
      return {
        trigger: {
          kind: kindOf(trigger),
          identity: `${trigger} ${group} window ${number}`,
          detail: `${inputs.length} of ${trigger}`,
        },
        partition: group === '' ? `${trigger}-${number}` : group,
        input: { batch: inputs },
      };
    }
    case 'schedule':
      return {
        trigger: { kind: 'schedule', identity: `${message.schedule} ${message.time}`, detail: message.schedule },
        partition: message.partition ?? dayIn(message.timeZone, message.time),
        input: message.input,
      };
    case 'waited': {
      const { partition, at } = message;
      return { trigger: { kind: 'upstream', identity: at, detail: `deadline ${at}` }, partition, input: {} };
    }
    case 'backfill':
      return {
        trigger: { kind: 'backfill', identity: message.backfill, detail: message.backfill },
        partition: message.partition,
        input: message.input.kind === 'value' ? message.input.value : null, // what another run got is stored already
      };
    case 'upstream': {
      const { pipeline, run, partition } = message.event.detail;
      return {
        trigger: { kind: 'upstream', identity: run, detail: `${pipeline} ${run}` },
        partition: message.partition ?? partition,
        input: {},
      };
    }
  }
};

/** Of a trigger by its name, `object1`. */
const kindOf = (trigger: string): 'object' | 'event' | 'queue' =>
  trigger.startsWith('object') ? 'object' : trigger.startsWith('event') ? 'event' : 'queue';

/** The day of a time in a zone, `2026-01-31`. The Swedish locale writes dates as ISO 8601 does. */
const dayIn = (timeZone: string, time: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone }).format(new Date(time));

/** Throws PermanentError HDL403 for a key that has not the form of its trigger. */
const partitionOf = (template: string, key: string, { partitions }: PipelineManifest): string => {
  const found = partitionIn(template, key, partitions);
  if (found !== undefined) return found;
  throw new PermanentError(
    `HDL403 the key ${key} does not have the form ${template}. Fix: drop objects under keys of that form`,
  );
};
