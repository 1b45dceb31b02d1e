// The copies of rows that maps worked on instead of the originals, kept in their stages' records for later executions of the run.
import { type MendedMaps, type MendedRows, type StageRecord, stageKey } from '../records/index.ts';
import type { MapAddress } from './stages.ts';
import type { Table } from './table.ts';

export interface Copies {
  /** Notes the copy that a map is to work on, unless it is completed or a later execution's. */
  keep(at: MapAddress, copy: MendedRows): Promise<void>;
  of(pipeline: string, run: string): Promise<MendedMaps>;
}

export const openCopies = (table: Table): Copies => ({
  keep: async ({ pipeline, run, stage, spread, generation = 1 }, mended) => {
    await table.update({
      key: stageKey(pipeline, run, stage),
      set: { mended },
      // Its first batch opens it.
      setOnce: { stage, status: 'pending', generation, attempts: 1, spread },
      condition:
        '(attribute_not_exists(#status) OR #status <> :completed) AND (attribute_not_exists(#generation) OR #generation <= :generation)',
      values: { completed: 'completed', generation },
      returns: 'nothing',
    });
  },

  of: async (pipeline, run) => {
    const records = await table.list<Pick<StageRecord, 'stage' | 'mended'>>(`run#${pipeline}#${run}`, 'stage#', [
      'stage',
      'mended',
    ]);
    return Object.fromEntries(records.flatMap(({ stage, mended }) => (mended ? [[stage, mended] as const] : [])));
  },
});
