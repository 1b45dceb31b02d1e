// The ledger's single-table keys. `pk` and `sk` are DynamoDB's; a partition here is always a slice of data.
import { sha256 } from '../support/sha256.ts';
import { undoneStage } from './compensation.ts';
import type { WindowAddress } from './window.ts';

const padded = (n: number): string => String(n).padStart(8, '0');

export const runKey = (pipeline: string, run: string) => ({ pk: `run#${pipeline}#${run}`, sk: 'run' });
export const stageKey = (pipeline: string, run: string, stage: string) => ({
  pk: `run#${pipeline}#${run}`,
  // Apart from the stages, so that who reads those of a run reads no undoings.
  sk: undoneStage(stage) === undefined ? `stage#${stage}` : `undo#${stage}`,
});
/** The batches of a map with very many at once are spread over so many partition keys: see `partOf`. */
export const batchPartitions = (pipeline: string, run: string, stage: string, spread = 1): readonly string[] =>
  spread <= 1
    ? [`run#${pipeline}#${run}`]
    : Array.from({ length: spread }, (_, part) => `run#${pipeline}#${run}#${stage}#${part}`);
/** Numbers may all be multiples of one, as of rows in batches of a thousand: the upper bits of a product part them evenly all the same. */
const partOf = (batch: number, spread: number): number =>
  Math.floor(((Math.imul(batch, 0x9e3779b1) >>> 0) / 2 ** 32) * spread);
export const batchKey = (pipeline: string, run: string, stage: string, batch: number, spread = 1) => ({
  pk: batchPartitions(pipeline, run, stage, spread)[spread <= 1 ? 0 : partOf(batch, spread)] ?? '',
  sk: `batch#${stage}#${padded(batch)}`,
});
/** Where copies of rows are, among the files of Map Runs, in which those that could not be read are marked. */
export const mendedRows = (pipeline: string): string => `map-runs/${pipeline}/mended/`;
export const batchPrefix = (stage: string): string => `batch#${stage}#`;
export const deadLetterKey = (pipeline: string, run: string, stage: string, item?: number) => ({
  pk: `run#${pipeline}#${run}`,
  sk: item === undefined ? `dead#${stage}` : `dead#${stage}#${padded(item)}`,
});
export const auditKey = (pipeline: string, run: string, id: string) => ({
  pk: `run#${pipeline}#${run}`,
  sk: `audit#${id}`,
});
export const latchKey = (pipeline: string, run: string, scope: string, latch: string) => ({
  pk: `run#${pipeline}#${run}`,
  sk: `latch#${scope}#${latch}`,
});
export const choiceKey = (pipeline: string, run: string, choose: string) => ({
  pk: `run#${pipeline}#${run}`,
  sk: `choice#${choose}`,
});
/** Who of a pipeline is under way and who waits. */
export const gateKey = (pipeline: string) => ({ pk: `gate#${pipeline}`, sk: 'gate' });
export const pausesKey = (pipeline: string) => ({ pk: `gate#${pipeline}`, sk: 'pauses' });
/** A start that a pause holds. Without a run: what all of a pause's begin with. */
export const heldKey = (pipeline: string, pause: string, run = '') => ({
  pk: `gate#${pipeline}`,
  sk: `held#${pause}#${run}`,
});
/** The newest time of a schedule that is known. */
export const scheduleKey = (pipeline: string, schedule: string) => ({
  pk: `gate#${pipeline}`,
  sk: `schedule#${schedule}`,
});
/** By the key too: a map's many results lie in many partitions of the table. */
export const cacheKey = (pipeline: string, stage: string, key: string) => ({
  pk: `cache#${pipeline}#${stage}#${key}`,
  sk: 'cache',
});
/** All in one place: a person lists them, and they are few. */
export const lostStartKey = (id: string) => ({ pk: 'lost-starts', sk: id });
/** What was asked for over HTTP under an idempotency key. */
export const requestKey = (pipeline: string, id: string) => ({ pk: `request#${pipeline}`, sk: id });
/** Since when a partition waits for the rest of its upstreams. */
export const awaitsKey = (pipeline: string, partition: string) => ({ pk: `awaits#${pipeline}`, sk: partition });
const windowsOf = ({ pipeline, trigger, group }: WindowAddress): string => `window#${pipeline}#${trigger}#${group}`;
/** A window in which events are gathered. */
export const windowKey = (at: WindowAddress, number: number) => ({ pk: windowsOf(at), sk: `window#${padded(number)}` });
/** Which of a trigger's windows is open. */
export const windowsHeadKey = (at: WindowAddress) => ({ pk: windowsOf(at), sk: 'head' });
/** Which window an event is in, or is to be in. */
export const windowMemberKey = (at: WindowAddress, id: string) => ({ pk: windowsOf(at), sk: `member#${id}` });
export const partitionKey = (pipeline: string, partition: string) => ({ pk: `partition#${pipeline}`, sk: partition });

export const backfillKey = (id: string) => ({ pk: `backfill#${id}`, sk: 'backfill' });

/** The index that lists a pipeline's runs, newest last. Its name is in the table's definition. */
export const runsIndex = { name: 'runs', pk: 'runsPk', sk: 'runsSk' } as const;
export const runsIndexKey = (pipeline: string, createdAt: string, run: string) => ({
  runsPk: `runs#${pipeline}`,
  runsSk: `${createdAt}#${run}`,
});

/** The index of the runs that are not over, by when they are to be looked at. Its name is in the table's definition. */
export const openIndex = { name: 'open', pk: 'openPk', sk: 'openSk' } as const;
/** What names a run in it. */
export interface OpenRun {
  readonly pipeline: string;
  readonly run: string;
}
/** Its partitions: one alone would bear a thousand writes a second. */
export const openShards: readonly string[] = Array.from({ length: 8 }, (_, n) => `open#${n}`);
/** A new or resumed run is first looked at after so many seconds. */
export const firstLookSeconds = 600;

export const openIndexKey = (pipeline: string, run: string, lookAt: string) => ({
  openPk: openShards[Number.parseInt(sha256(`${pipeline} ${run}`).slice(0, 4), 16) % openShards.length] ?? 'open#0',
  openSk: `${lookAt}#${pipeline}#${run}`,
});

/** The run whose record has this partition key. */
export const readOpenKey = (pk: string): OpenRun => {
  const [, pipeline = '', run = ''] = /^run#([^#]+)#(.+)$/.exec(pk) ?? [];
  return { pipeline, run };
};
/** Open dead letters are listed by the same index. */
export const openLettersIndexKey = (
  pipeline: string,
  {
    lastAt,
    run,
    stage,
    item,
  }: { readonly lastAt: string; readonly run: string; readonly stage: string; readonly item?: number },
) => ({
  runsPk: `dead#${pipeline}`,
  runsSk: `${lastAt}#${run}#${stage}${item === undefined ? '' : `#${padded(item)}`}`,
});
/** Backfills are listed by the same index. */
export const backfillsIndexKey = (createdAt: string, id: string) => ({
  runsPk: 'backfills',
  runsSk: `${createdAt}#${id}`,
});
