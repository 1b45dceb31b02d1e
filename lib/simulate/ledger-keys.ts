// Under which partition keys of the table and its indexes a run's writes go: asked of the keys that the ledger uses.
import type { Call, LedgerIndex, LedgerRecord } from '../asl/index.ts';
import {
  auditKey,
  batchKey,
  cacheKey,
  choiceKey,
  deadLetterKey,
  gateKey,
  latchKey,
  lostStartKey,
  openIndexKey,
  partitionKey,
  poolKey,
  runKey,
  runsIndexKey,
  stageKey,
} from '../records/index.ts';

type KeyOf = (pipeline: string, run: string) => string;
const now = '2026-11-26T00:00:00.000Z';

const inTable: { readonly [record in LedgerRecord]: KeyOf } = {
  run: (pipeline, run) => runKey(pipeline, run).pk,
  stage: (pipeline, run) => stageKey(pipeline, run, 'stage').pk,
  batch: (pipeline, run) => batchKey(pipeline, run, 'stage', 0).pk,
  dead: (pipeline, run) => deadLetterKey(pipeline, run, 'stage').pk,
  audit: (pipeline, run) => auditKey(pipeline, run, 'id').pk,
  latch: (pipeline, run) => latchKey(pipeline, run, 'scope', 'latch').pk,
  choice: (pipeline, run) => choiceKey(pipeline, run, 'choose').pk,
  partition: (pipeline, run) => partitionKey(pipeline, run).pk, // each run is for a partition of its own
  gate: (pipeline) => gateKey(pipeline).pk,
  cache: (pipeline, run) => cacheKey(pipeline, 'stage', run).pk,
  pool: () => poolKey({ pool: 'pool', key: '' }).pk, // as if all used one
};
/** A call is of one that takes at once. Who waits is written down, granted something and taken out of the line, all under the pool's key. */
const timesWritten: { readonly [record in LedgerRecord]?: number } = { pool: 2 };
const inIndex: { readonly [index in LedgerIndex]: KeyOf } = {
  runs: (pipeline, run) => runsIndexKey(pipeline, now, run).runsPk,
  open: (pipeline, run) => openIndexKey(pipeline, run, now).openPk,
};
const lostStart: KeyOf = (_, run) => lostStartKey(run).pk;

/** Keys that many runs share: one, or one for each pipeline, each in some parts. */
export interface KeyFamily {
  /** With `<pipeline>` in the place of its name. */
  readonly name: string;
  readonly isOfPipeline: boolean;
  readonly parts: readonly string[];
  /** The part that a run's writes go to, by the run's number modulo the length. */
  readonly partOf: Uint16Array;
}

const sampled = 2_048;

/** Undefined where each run has a key of its own. */
const familyOf = (keyOf: KeyOf): KeyFamily | undefined => {
  const runs = Array.from({ length: sampled }, (_, n) => `run-${n}`);
  const keys = runs.map((run) => keyOf('<pipeline>', run));
  const parts = [...new Set(keys)].sort();
  if (parts.length > sampled / 4) return undefined;
  const isOfPipeline =
    runs.some((run) => keyOf('other', run) !== keyOf('<pipeline>', run)) && !sameKeys(keyOf, runs, parts);
  const places = new Map(parts.map((part, place) => [part, place]));
  const name = parts.length === 1 ? (parts[0] ?? '') : `${(parts[0] ?? '').replace(/\d+$/, '')}0…${parts.length - 1}`;
  return { name, isOfPipeline, parts, partOf: Uint16Array.from(keys, (key) => places.get(key) ?? 0) };
};

const sameKeys = (keyOf: KeyOf, runs: readonly string[], parts: readonly string[]): boolean => {
  const others = new Set(runs.map((run) => keyOf('other', run)));
  return parts.length === others.size && parts.every((part) => others.has(part));
};

/** What a write costs each key: units under the run's own key, and under those of families. */
export interface KeyCosts {
  /** Of what is spread over several keys, one key's part. */
  readonly own: number;
  /** Of the table and its indexes, all keys together. */
  readonly units: number;
  readonly shared: readonly { readonly family: number; readonly units: number }[];
}

export interface LedgerKeys {
  readonly families: readonly KeyFamily[];
  /** Of a start message that is recorded as lost. */
  readonly lost: number;
  costsOf(calls: readonly Call[]): KeyCosts;
}

export const ledgerKeys = (): LedgerKeys => {
  const families: KeyFamily[] = [];
  const places = new Map<string, number>();
  const place = (keyOf: KeyOf): number | undefined => {
    const family = familyOf(keyOf);
    if (!family) return undefined;
    const known = places.get(family.name);
    if (known !== undefined) return known;
    places.set(family.name, families.length);
    return families.push(family) - 1;
  };
  const mapped = <Name extends string>(keys: { readonly [name in Name]: KeyOf }) =>
    new Map((Object.entries(keys) as [Name, KeyOf][]).map(([name, keyOf]) => [name, place(keyOf)])); // the keys of the object
  const records = mapped(inTable);
  const isOfRun = (record: LedgerRecord): boolean => inTable[record]('p', 'r') === inTable.run('p', 'r');
  const indexes = mapped(inIndex);
  const lost = place(lostStart) ?? 0;
  return {
    families,
    lost,
    costsOf: (calls) => {
      let own = 0;
      const shared = new Map<number, number>();
      let units = 0;
      const add = (family: number | undefined, count: number): void => {
        units += count;
        if (family !== undefined) shared.set(family, (shared.get(family) ?? 0) + count);
      };
      for (const call of calls) {
        if (call.kind !== 'write') continue;
        const count = call.units * call.times * (timesWritten[call.record] ?? 1);
        add(records.get(call.record), count);
        if (isOfRun(call.record)) own += count / (call.keys ?? 1);
        for (const index of call.indexes) add(indexes.get(index), index === 'runs' ? count : call.times);
      }
      return { own, units, shared: [...shared].map(([family, count]) => ({ family, units: count })) };
    },
  };
};
