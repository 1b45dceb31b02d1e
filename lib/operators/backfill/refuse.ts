import { backfillRunId, type RunRecord, type StartMessage } from '../../records/index.ts';
import { isoTime, type Services } from '../services.ts';

type Asking = Extract<StartMessage, { kind: 'backfill' }>;

/** Records that a run of a backfill is not to start, and why: the backfill sees it as one that failed. */
export const refuseBackfill = async (
  { pipeline, partition, backfill }: Asking,
  reason: string,
  { ledger, now }: Services,
): Promise<void> => {
  const at = isoTime(now());
  const record: RunRecord = {
    pipeline,
    run: backfillRunId(pipeline, partition, backfill),
    partition,
    status: 'skipped',
    trigger: { kind: 'backfill', identity: backfill, detail: backfill },
    input: { kind: 'inline', json: '{}' },
    upstream: {},
    backfill,
    createdAt: at,
    endedAt: at,
    cause: reason,
  };
  await ledger.runs.create(record);
};
