import type { RunRecord } from '../records/index.ts';
import { isoTime, type Services } from './services.ts';

/** Lets a partition's record say how its newest run stands. */
export const markPartition = (
  { pipeline, partition, run, generation, status, createdAt }: RunRecord,
  { ledger, now }: Services,
): Promise<void> =>
  ledger.runs.markPartition(
    { pipeline, partition, run, ...(generation ? { generation } : {}), status, updatedAt: isoTime(now()) },
    createdAt,
  );
