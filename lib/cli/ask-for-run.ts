// Asks the start queue for a run and waits until `dispatch` has recorded it.
import {
  isRelaxed,
  type Json,
  keyProblem,
  keysAbove,
  type PipelineManifest,
  pairingOf,
  partitionWords,
  type RunRecord,
  type StartMessage,
  sameKey,
} from '../records/index.ts';
import { awaitRun } from './await-run.ts';
import { CliError } from './cli-error.ts';
import type { Target } from './target.ts';

export interface Wanted {
  readonly pipeline: string;
  /** What makes two askings the same. */
  readonly id: string;
  /** @default the id */
  readonly partition: string | undefined;
  readonly input: Json;
  readonly by: string;
}

export interface Asked {
  readonly run: RunRecord;
  /** True when a run of the same id was there before. */
  readonly repeated: boolean;
}

/** Runs of the pipeline that are looked through for one of this id. */
const searched = 50;
/** Partitions that are looked at side by side for one that could start. */
const lookedAtOnce = 10;

/**
 * Asks for a run. The same `id` asks for the same run, so asking twice is harmless. Throws CliError HDL618 when an upstream
 * is not complete for the partition, HDL671 when there is no such partition, HDL619 when no run was recorded within a minute.
 */
export const askForRun = async (target: Target, wanted: Wanted): Promise<Asked> => {
  const before = await recordOf(target, wanted);
  if (before && before.status !== 'pending') return { run: before, repeated: true };
  await checkWanted(target, wanted);
  const { pipeline, id, partition, input, by } = wanted;
  const message: StartMessage = { kind: 'manual', pipeline, id, ...(partition ? { partition } : {}), input, by };
  await target.aws.call('sqs', 'SendMessage', {
    QueueUrl: target.manifest.startQueueUrl,
    MessageBody: JSON.stringify(message),
  });
  return { run: await appearance(target, wanted), repeated: before !== undefined };
};

/** Whether it can be asked for. Throws CliError HDL618 and HDL671, as `askForRun` does. */
export const checkWanted = async (
  target: Target,
  wanted: Pick<Wanted, 'pipeline' | 'id' | 'partition'>,
): Promise<void> => {
  const manifest = await target.pipeline(wanted.pipeline);
  checkPartition(manifest, wanted);
  await checkUpstreams(target, manifest, wanted);
};

const appearance = async (target: Target, wanted: Wanted): Promise<RunRecord> => {
  const run = await awaitRun(target, () => recordOf(target, wanted));
  if (run) return run;
  throw new CliError(
    'HDL619',
    1,
    `${wanted.pipeline} was asked for, but no run of it was recorded within a minute`,
    'dispatch to take the message off the start queue',
    `see the logs of the dispatch function and the queue ${target.manifest.startDeadLetterQueueUrl}`,
  );
};

/** The newest run of the partition first: nearly always it is the one, and that read is consistent. */
const recordOf = async (
  { ledger }: Target,
  { pipeline, id, partition = id }: Wanted,
): Promise<RunRecord | undefined> => {
  const isIt = (run: RunRecord | undefined): boolean =>
    run?.trigger.kind === 'manual' && run.trigger.identity === id && run.partition === partition;
  const newest = await ledger.runs.partition(pipeline, partition);
  const run = newest ? await ledger.runs.get(pipeline, newest.run) : undefined;
  return isIt(run) ? run : (await ledger.runs.latest(pipeline, searched)).find(isIt);
};

/** Throws CliError HDL671 for a partition that the pipeline does not have. */
const checkPartition = (
  manifest: PipelineManifest,
  { pipeline, partition }: Pick<Wanted, 'pipeline' | 'partition'>,
): void => {
  const { partitions } = manifest;
  if (!partitions) return;
  const problem = partition === undefined ? 'no partition was given' : keyProblem(partitions, partition);
  if (problem === undefined) return;
  throw new CliError(
    'HDL671',
    2,
    `${pipeline} cannot start: ${problem}`,
    `one of its partitions, ${partitionWords(partitions)}`,
    `name one with --partition; npx heddle partitions ${pipeline} shows them`,
  );
};

/** The partitions of an upstream that a run reads, and must all find. */
const neededKeys = async (
  target: Target,
  { partitions, uses, join }: PipelineManifest,
  [alias, name]: readonly [string, string],
  key: string,
): Promise<readonly string[]> => {
  const use = uses?.[alias] ?? sameKey;
  if (isRelaxed(use) || (join && isRelaxed(join))) return []; // dispatch says what is enough
  const paired = pairingOf(partitions, (await target.pipeline(name)).partitions, use.select);
  return 'pairing' in paired ? keysAbove(paired.pairing, key) : [];
};

interface Lacking {
  /** As a person would name it. */
  readonly name: string;
  readonly pipeline: string;
  readonly status: string;
}

/** What a run for this partition reads and is not complete. */
const lackingFor = async (target: Target, manifest: PipelineManifest, own: string): Promise<readonly Lacking[]> => {
  const perUpstream = await Promise.all(
    Object.entries(manifest.upstream).map(async ([alias, name]) => {
      const keys = await neededKeys(target, manifest, [alias, name], own);
      const known = await target.ledger.runs.partitions(name, keys);
      return keys.map((key) => {
        const status = known.find((record) => record.partition === key)?.status ?? 'without a run';
        return { name: key === own ? name : `${name} ${key}`, pipeline: name, status };
      });
    }),
  );
  return perUpstream.flat().filter(({ status }) => status !== 'completed');
};

/** A partition that a run could be for now, among those that the upstream completed lately. */
const possibleOne = async (
  target: Target,
  manifest: PipelineManifest,
  upstream: string,
): Promise<string | undefined> => {
  const runs = await target.ledger.runs.latest(upstream, searched);
  const completed = new Set(runs.filter(({ status }) => status === 'completed').map(({ partition }) => partition));
  const { partitions } = manifest;
  const own = [...completed].filter((partition) => !partitions || keyProblem(partitions, partition) === undefined);
  for (let start = 0; start < own.length; start += lookedAtOnce) {
    const some = own.slice(start, start + lookedAtOnce);
    const lacking = await Promise.all(some.map((partition) => lackingFor(target, manifest, partition)));
    const possible = some.find((_, place) => lacking[place]?.length === 0);
    if (possible !== undefined) return possible;
  }
  return undefined;
};

const checkUpstreams = async (
  target: Target,
  manifest: PipelineManifest,
  { pipeline, id, partition }: Pick<Wanted, 'pipeline' | 'id' | 'partition'>,
): Promise<void> => {
  const lacking = await lackingFor(target, manifest, partition ?? id);
  const [first] = lacking;
  if (!first) return;
  const found = lacking.map(({ name, status }) => `${name}, which is ${status}`).join(', and ');
  const possible = await possibleOne(target, manifest, first.pipeline);
  const such = possible === undefined ? '' : `, such as ${possible}`;
  throw new CliError(
    'HDL618',
    2,
    partition === undefined
      ? `${pipeline} reads what ${lacking.map(({ name }) => name).join(', ')} gave for its partition, but no partition was given`
      : `for partition ${partition}, ${pipeline} reads from ${found}`,
    'a partition for which every upstream is completed',
    `name one with --partition${such}, or start ${first.pipeline} first: ${pipeline} follows by itself`,
  );
};
