// The runs that are not over, by when they are to be looked at: a sparse index of the table, in which a run is from its record on until
// its end, and the end of its compensation.
import {
  type OpenRun,
  openIndex,
  openIndexKey,
  openShards,
  type RunRecord,
  readOpenKey,
  runKey,
} from '../records/index.ts';
import { inGeneration } from './runs.ts';
import type { Table } from './table.ts';

export interface OpenRuns {
  /** Up to `limit` runs that were to be looked at before `now`, ISO 8601, the longest due first. */
  due(now: string, limit: number): Promise<readonly OpenRun[]>;
  /** Says when to look at a run again. Nothing for one that is over. */
  lookAgain(run: OpenRun, at: string): Promise<void>;
  /**
   * Takes out a run that has ended, of which all was told, if it is in this generation still: that a further one ended may have been told
   * to nobody. Nothing for one that is being compensated, or goes on.
   */
  close(run: OpenRun & Pick<RunRecord, 'generation'>): Promise<void>;
}

export const openOpenRuns = (table: Table): OpenRuns => ({
  due: async (now, limit) => {
    type Open = { readonly pk: string; readonly openSk: string };
    const parts = await Promise.all(openShards.map((pk) => table.upTo<Open>(openIndex, pk, now, limit)));
    return parts
      .flat()
      .sort((one, other) => one.openSk.localeCompare(other.openSk))
      .slice(0, limit)
      .map(({ pk }) => readOpenKey(pk));
  },

  lookAgain: async ({ pipeline, run }, at) => {
    await table.update({
      key: runKey(pipeline, run),
      set: openIndexKey(pipeline, run, at),
      condition: 'attribute_exists(#openPk)',
    });
  },

  close: async ({ pipeline, run, generation = 1 }) => {
    await table.update({
      key: runKey(pipeline, run),
      set: {},
      remove: [openIndex.pk, openIndex.sk],
      condition: `attribute_exists(#endedAt) AND attribute_exists(#openPk) AND ${inGeneration} AND (attribute_not_exists(#compensation) OR NOT #compensation.#status IN (:pending, :running))`,
      values: { pending: 'pending', running: 'running', generation },
    });
  },
});
