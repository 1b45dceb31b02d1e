import { executionName, type RunRecord, type UsedUpstream } from '../records/index.ts';
import { isoTime, type Services } from './services.ts';

/** Lets a partition's record say how its newest run stands. */
export const markPartition = (record: RunRecord, { ledger, now }: Services): Promise<void> => {
  const { pipeline, partition, run, generation, status, createdAt } = record;
  const used = usedBy(record);
  return ledger.runs.markPartition(
    { pipeline, partition, run, ...(generation ? { generation } : {}), status, used, updatedAt: isoTime(now()) },
    createdAt,
  );
};

const usedBy = ({ partition, upstream }: RunRecord): UsedUpstream => {
  const used: { [pipeline: string]: { [partition: string]: string } } = {};
  for (const above of Object.values(upstream)) {
    const of = used[above.pipeline] ?? {};
    of[above.partition ?? partition] = executionName(above.run, above.generation ?? 1);
    used[above.pipeline] = of;
  }
  return used;
};
