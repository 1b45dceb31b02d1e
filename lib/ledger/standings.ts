// How partitions stand: from their own records, and for staleness from those of what they were made from, however far up.
import { executionName, type PartitionRecord, type PartitionStanding, standingOf } from '../records/index.ts';
import type { Runs } from './runs.ts';

export interface Standings {
  /** How these partitions of a pipeline stand, in their order. */
  of(pipeline: string, keys: readonly string[]): Promise<readonly PartitionStanding[]>;
}

const place = (pipeline: string, partition: string): string => `${pipeline} ${partition}`;

/** A reader of standings. It remembers what it read: make one for each question. */
export const openStandings = (runs: Runs): Standings => {
  const records = new Map<string, PartitionRecord | undefined>();

  /** Reads what is not known yet of these partitions, and then of all that those were made from. */
  const load = async (wanted: ReadonlyMap<string, ReadonlySet<string>>): Promise<void> => {
    const further = new Map<string, Set<string>>();
    for (const [pipeline, keys] of wanted) {
      const unknown = [...keys].filter((key) => !records.has(place(pipeline, key)));
      for (const key of unknown) records.set(place(pipeline, key), undefined);
      for (const record of await runs.partitions(pipeline, unknown)) {
        records.set(place(pipeline, record.partition), record);
        for (const { pipeline: above, partition } of record.lacks ?? [])
          further.set(above, (further.get(above) ?? new Set()).add(partition));
        for (const [above, used] of Object.entries(record.used ?? {})) {
          const keysAbove = further.get(above) ?? new Set();
          for (const key of Object.keys(used)) keysAbove.add(key);
          further.set(above, keysAbove);
        }
      }
    }
    if (further.size > 0) await load(further);
  };

  const known = new Map<string, string | undefined>();
  const staleness = (record: PartitionRecord): string | undefined => {
    const own = place(record.pipeline, record.partition);
    if (known.has(own)) return known.get(own);
    known.set(own, undefined);
    const late = (record.lacks ?? []).find(
      (above) => records.get(place(above.pipeline, above.partition))?.status === 'completed',
    );
    const again = Object.entries(record.used ?? {})
      .flatMap(([above, used]) => Object.entries(used).map(([key, execution]) => ({ above, key, execution })))
      .map(({ above, key, execution }) => {
        const newest = records.get(place(above, key));
        if (newest?.status !== 'completed') return undefined;
        if (executionName(newest.run, newest.generation ?? 1) !== execution) return `${above} ${key} was run again`;
        return staleness(newest) === undefined ? undefined : `${above} ${key} is stale`;
      })
      .find((reason) => reason !== undefined);
    const because = again ?? (late && `${late.pipeline} ${late.partition} came after it`);
    known.set(own, because);
    return because;
  };

  return {
    of: async (pipeline, keys) => {
      await load(new Map([[pipeline, new Set(keys)]]));
      return keys.map((key) => {
        const record = records.get(place(pipeline, key));
        return standingOf(key, record, record && staleness(record));
      });
    },
  };
};
