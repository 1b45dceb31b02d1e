// Which partitions of a pipeline are shown, and how they stand.
import {
  keyAt,
  keysOf,
  type PartitionSpec,
  type PartitionStanding,
  partitionWords,
  partsOf,
  shifted,
  timeOf,
} from '../records/index.ts';
import { CliError } from './cli-error.ts';
import type { Target } from './target.ts';

/** Keys of time that are shown where nobody says how many. */
const usual = { hour: 72, day: 56, week: 52, month: 24 } as const;
/** Of a pipeline that takes any key: runs that are looked through for the keys that it was run for. */
export const searchedRuns = 200;

export interface KnownPartitions {
  /** Undefined for a pipeline that takes any key. */
  readonly spec: PartitionSpec | undefined;
  readonly standings: readonly PartitionStanding[];
  /** The newest that is due, where those shown end before it and none between was run. */
  readonly due?: string;
  /** The first that was run, where it comes before those shown. */
  readonly earlier?: string;
}

/** Throws CliError HDL670. */
export const readPartitions = async (
  target: Target,
  pipeline: string,
  range: Range,
  now: number,
): Promise<KnownPartitions> => {
  const { partitions: spec } = await target.pipeline(pipeline);
  const standingsOf = (keys: readonly string[]) => target.ledger.standings().of(pipeline, keys);
  if (!spec) return { spec, standings: await standingsOf(await knownKeys(target, pipeline, range)) };
  const keys = wanted(spec, range, now);
  const usually = await standingsOf(keys);
  let standings = range.to === undefined ? withoutFuture(spec, usually, now) : usually;
  let due: string | undefined;
  if (range.from === undefined && range.to === undefined && !standings.some(({ record }) => record)) {
    // Where nothing of what is usual was run, what was.
    const newest = await lastRun(target, pipeline, keys[0]);
    if (newest !== undefined) {
      due = partsOf(spec, standings.at(-1)?.partition ?? '')[0] || undefined;
      standings = await standingsOf(wanted(spec, range, now, partsOf(spec, newest)[0]));
    }
  }
  const first = timeOf(spec) && (await firstRun(target, pipeline, standings[0]?.partition));
  const earlier = first === undefined ? undefined : partsOf(spec, first)[0];
  return {
    spec,
    standings,
    ...(due === undefined ? {} : { due }),
    ...(earlier === undefined ? {} : { earlier }),
  };
};

export interface Range {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Up to the moment, as what is under way is of interest too; of what nobody asked for, the newest keys only. */
const wanted = (spec: PartitionSpec, { from, to }: Range, nowMs: number, newest?: string): readonly string[] => {
  const time = timeOf(spec);
  const last = time && to === undefined ? (newest ?? keyAt(time, nowMs)) : to;
  const isOver = time?.to !== undefined && last !== undefined && last > time.to;
  const end = isOver ? time.to : last;
  let begin = from;
  if (time && from === undefined && end !== undefined && to === undefined && end > time.from) {
    const usually = shifted(time, end, 1 - usual[time.every]);
    begin = usually > time.from ? usually : time.from;
  }
  if (time && to === undefined && end !== undefined && end < time.from) return [];
  const found = keysOf(spec, { from: begin, to: time ? end : to }, nowMs);
  if ('keys' in found) return found.keys;
  throw new CliError(
    'HDL670',
    2,
    found.problem,
    `a range of its partitions, ${partitionWords(spec)}`,
    'correct --from and --to',
  );
};

/** All keys of time begin with a digit: those of trials come after. */
const digits = { from: '0', below: ':' } as const;

const lastRun = async (
  { ledger }: Target,
  pipeline: string,
  before: string = digits.below,
): Promise<string | undefined> => (await ledger.runs.partitionEdge(pipeline, digits.from, before, 'last'))?.partition;

const firstRun = async (
  { ledger }: Target,
  pipeline: string,
  before: string = digits.from,
): Promise<string | undefined> => (await ledger.runs.partitionEdge(pipeline, digits.from, before, 'first'))?.partition;

/** What is not due yet and was not run either, at the end of the range. */
const withoutFuture = (
  spec: PartitionSpec,
  standings: readonly PartitionStanding[],
  nowMs: number,
): readonly PartitionStanding[] => {
  const due = keysOf(spec, {}, nowMs);
  const isDue = new Set('keys' in due ? due.keys : []);
  const times = new Set(
    standings
      .filter(({ partition, state }) => state !== 'missing' || isDue.has(partition))
      .map(({ partition }) => partsOf(spec, partition)[0]),
  );
  return standings.filter(({ partition }) => times.has(partsOf(spec, partition)[0]));
};

const knownKeys = async ({ ledger }: Target, pipeline: string, { from, to }: Range): Promise<readonly string[]> => {
  if (from !== undefined || to !== undefined)
    throw new CliError(
      'HDL670',
      2,
      `${pipeline} takes any key, so its partitions have no order`,
      'no --from and no --to',
      'leave them out, or give the pipeline partitions: daily({ from: … })',
    );
  const runs = await ledger.runs.latest(pipeline, searchedRuns);
  return [...new Set(runs.map(({ partition }) => partition))].sort();
};
