// Stages that wait: for time to pass, for somebody's answer, for another run. They are settled by whoever ends the wait.
import { type Needs, type StageRecord, type StoredPayload, stageKey } from '../records/index.ts';
import type { Claim, StageAddress } from './stages.ts';
import type { Table } from './table.ts';

export interface Waits {
  /**
   * Marks a stage as `waiting`, unless it is completed or a later execution's. What an earlier opening of the same wait has
   * said stays, so that a repeat does not make it longer; `latest` is written each time.
   */
  open(
    at: StageAddress,
    facts: Needs & Pick<StageRecord, 'question' | 'child'> & { readonly now: string; readonly until: string },
    latest?: Pick<StageRecord, 'token'>,
  ): Promise<Claim<StageRecord>>;
  /** Ends a wait with an output. Undefined when the stage does not wait, or for a later execution. */
  complete(
    at: StageAddress,
    end: { readonly endedAt: string; readonly output: StoredPayload } & Pick<StageRecord, 'answered'>,
  ): Promise<StageRecord | undefined>;
}

export const openWaits = (table: Table): Waits => {
  const keyOf = ({ pipeline, run, stage }: StageAddress) => stageKey(pipeline, run, stage);
  const waiting = ({ generation = 1 }: StageAddress) => ({
    condition: '#status = :waiting AND #generation = :generation',
    values: { waiting: 'waiting', generation },
  });
  return {
    open: async (at, { now, ...facts }, latest = {}) => {
      const key = keyOf(at);
      const { generation = 1 } = at;
      const opened = await table.update<StageRecord>({
        key,
        set: { stage: at.stage, status: 'waiting', attemptAt: now, generation, ...facts, ...latest },
        setOnce: { startedAt: now },
        add: { attempts: 1 },
        remove: ['owner', 'endedAt', 'error', 'cause', 'reason'],
        condition:
          'attribute_not_exists(#status) OR (#status <> :completed AND (attribute_not_exists(#generation) OR #generation < :generation OR (#generation = :generation AND #status <> :waiting)))',
        values: { waiting: 'waiting', completed: 'completed', generation },
      });
      if (opened) return { held: true, record: opened };
      const again = await table.update<StageRecord>({
        key,
        set: { attemptAt: now, ...latest },
        add: { attempts: 1 },
        ...waiting(at),
      });
      if (again) return { held: true, record: again };
      const record = await table.get<StageRecord>(key);
      if (!record) throw new Error(`the ledger refused a wait on ${key.pk} ${key.sk}, but has no such record`);
      return { held: false, record };
    },

    complete: (at, end) => table.update({ key: keyOf(at), set: { ...end, status: 'completed' }, ...waiting(at) }),
  };
};
