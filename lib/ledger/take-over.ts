// The results of one run as those of another: records that point at the same payloads.
import { batchKey, stageKey } from '../records/index.ts';
import type { Stages } from './stages.ts';
import type { Table } from './table.ts';

/**
 * Copies the completed stages of a run, but those in `but`, to another run, in which `anew` is to be worked on whatever earlier
 * runs gave. A record that is there already stays.
 */
export type TakeOver = (
  pipeline: string,
  from: string,
  to: string,
  but: ReadonlySet<string>,
  anew: string,
) => Promise<void>;

export const openTakeOver =
  (table: Table, stages: Stages): TakeOver =>
  async (pipeline, from, to, but, anew) => {
    const asked = { stage: anew, status: 'pending', attempts: 0, generation: 1, anew: true };
    await table.create(stageKey(pipeline, to, anew), asked);
    for (const record of await stages.list(pipeline, from)) {
      const { stage, spread } = record;
      if (record.status !== 'completed' || but.has(stage)) continue;
      // The batches first: a stage that is completed has them all.
      for (const batch of await stages.listBatches({ pipeline, run: from, stage, spread }, true))
        await table.create(batchKey(pipeline, to, stage, batch.batch, spread), { ...unkeyed(batch), generation: 1 });
      await table.create(stageKey(pipeline, to, stage), { ...unkeyed(record), generation: 1, takenFrom: from });
    }
  };

/** A record less the keys of the item that it was read from, and less what the other run has paid. */
const unkeyed = (record: object): object =>
  Object.fromEntries(Object.entries(record).filter(([name]) => !['pk', 'sk', 'spent', 'tries'].includes(name)));
