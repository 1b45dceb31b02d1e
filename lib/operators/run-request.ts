// A start message as a request for a run: which partition, which input, and what makes two messages the same request.
import {
  childIdentity,
  executionName,
  type Json,
  keyProblem,
  type PipelineManifest,
  partitionWords,
  type RunRecord,
  runId,
  type StartMessage,
  type TriggerRecord,
  type UpstreamRun,
} from '../records/index.ts';
import { PermanentError } from '../support/run-errors.ts';
import { requestOf } from './read-event.ts';
import type { Services } from './services.ts';

/** A message that asks for a run of its own. */
export type RunMessage = Exclude<
  StartMessage,
  { kind: 'compensate' | 'deadline' | 'resume' | 'fork' | 'look' | 'ended' | 'release' }
>;

export interface Request {
  readonly run: string;
  readonly partition: string;
  readonly input: Json;
  readonly trigger: TriggerRecord;
  readonly upstream: RunRecord['upstream'];
}

/** A request, or why no run is to start for this message. */
export type Decision = { readonly request: Request } | { readonly reason: string };

/** Decides on a message. Throws PermanentError on one that can never start a run. */
export const decide = async (
  message: RunMessage,
  manifest: PipelineManifest,
  services: Services,
): Promise<Decision> => {
  const { trigger, partition, input } = read(message);
  const problem = manifest.partitions && keyProblem(manifest.partitions, partition);
  if (problem && message.kind === 'child') return { reason: `it has no such partition: ${problem}` };
  if (problem)
    throw new PermanentError(
      `HDL440 ${message.pipeline} has no partition ${partition}: ${problem}. Fix: ask for one of ${partitionWords(manifest.partitions)}`,
    );
  const upstream: { [alias: string]: UpstreamRun } = {};
  const above: string[] = [];
  const standings = services.ledger.standings();
  for (const [alias, pipeline] of Object.entries(manifest.upstream)) {
    const [standing] = await standings.of(pipeline, [partition]);
    const newest = standing?.record;
    if (newest?.status !== 'completed')
      return { reason: `upstream ${pipeline} is ${newest?.status ?? 'missing'} for partition ${partition}` };
    // Where pipelines meet again below one that was run again, the run waits for all of them to have followed. A person may not.
    if (standing?.state === 'stale' && message.kind === 'upstream')
      return { reason: `upstream ${pipeline} is stale for partition ${partition}: ${standing.because}` };
    const { run, generation = 1 } = newest;
    upstream[alias] = { pipeline, run, partition, generation };
    above.push(executionName(run, generation));
  }
  // The runs above are part of what an upstream start is: the last of several to complete, or a duplicate of its event, asks
  // for the same run, and a re-run of any of them, or its being resumed, for a new one.
  const identity = message.kind === 'upstream' ? above.join(' ') : trigger.identity;
  const run = runId(partition, `${message.pipeline} ${partition} ${message.kind} ${identity}`);
  return { request: { run, partition, input, trigger: { ...trigger, identity }, upstream } };
};

const read = (message: RunMessage): { trigger: TriggerRecord; partition: string; input: Json } => {
  switch (message.kind) {
    case 'manual':
      return {
        trigger: { kind: 'manual', identity: message.id, detail: message.by },
        partition: message.partition ?? message.id,
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
        partition: partitionOf(message.keyTemplate, object.key),
        input: { bucket: bucket.name, key: object.key },
      };
    }
    case 'event':
      return requestOf(message);
    case 'schedule':
      return {
        trigger: { kind: 'schedule', identity: `${message.schedule} ${message.time}`, detail: message.schedule },
        partition: dayIn(message.timeZone, message.time),
        input: message.input,
      };
    case 'upstream': {
      const { pipeline, run, partition } = message.event.detail;
      return { trigger: { kind: 'upstream', identity: run, detail: `${pipeline} ${run}` }, partition, input: {} };
    }
  }
};

/** The day of a time in a zone, `2026-01-31`. The Swedish locale writes dates as ISO 8601 does. */
const dayIn = (timeZone: string, time: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone }).format(new Date(time));

/** The part of a key that `{partition}` stands for in its template. */
const partitionOf = (template: string, key: string): string => {
  const pattern = template
    .split(/(\{partition\}|\*)/)
    .map((part) =>
      part === '{partition}' ? '(?<partition>[^/]+)' : part === '*' ? '.*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'),
    )
    .join('');
  const partition = new RegExp(`^${pattern}$`).exec(key)?.groups?.partition;
  if (partition === undefined)
    throw new PermanentError(
      `HDL403 the key ${key} does not have the form ${template}. Fix: drop objects under keys of that form`,
    );
  return partition;
};
