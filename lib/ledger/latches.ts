// Latches: released by the stages that are waited for, opened by whoever releases last.
import { type LatchRecord, type LatchRelease, latchKey, latchScope, type RunFacts } from '../records/index.ts';
import { type Aws, AwsCallError } from '../support/aws-call.ts';
import type { Table } from './table.ts';

export interface Latches {
  /**
   * Releases latches for a stage that is done, however it ended, and wakes those who wait where it was the last. May be called
   * again and again: a repeat finishes what a crash has left. Call it after the stage's end is in the ledger.
   */
  release(run: RunFacts, stage: string, latches: readonly LatchRelease[]): Promise<void>;
}

/** The token is of a wait that is over: woken by another stage's call, or of an attempt before a retry, which left a new one. */
const overLongAgo = new Set(['TaskTimedOut', 'TaskDoesNotExist']);

export const openLatches = (aws: Aws, table: Table): Latches => {
  const wake = async (taskToken: string): Promise<void> => {
    try {
      await aws.call('states', 'SendTaskSuccess', { taskToken, output: '{}' });
    } catch (error) {
      if (!(error instanceof AwsCallError && overLongAgo.has(error.code))) throw error;
    }
  };

  return {
    release: async (run, stage, latches) => {
      for (const { latch, need } of latches) {
        const record = await table.update<LatchRecord>({
          key: latchKey(run.pipeline, run.id, latchScope(run), latch),
          set: { need },
          add: { released: new Set([stage]) },
          condition: 'attribute_not_exists(#need) OR #need = :need',
          values: { need },
        });
        if (!record) throw new Error(`the latch ${latch} of the run ${run.id} is for another number than ${need}`);
        if ((record.released?.size ?? 0) >= need && record.token) await wake(record.token);
      }
    },
  };
};
