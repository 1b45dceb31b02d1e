import { executionName, type RunRecord, type UsedUpstream, upstreamRunsOf } from '../records/index.ts';
import { isoTime, type Services } from './services.ts';

/** Lets a partition's record say how its newest run stands. */
export const markPartition = (record: RunRecord, { ledger, now }: Services): Promise<void> => {
  const { pipeline, partition, run, generation, status, createdAt } = record;
  const used = usedBy(record);
  const lacks = Object.values(record.without ?? {}).flat();
  return ledger.runs.markPartition(
    {
      pipeline,
      partition,
      run,
      ...(generation ? { generation } : {}),
      status,
      used,
      lacks,
      updatedAt: isoTime(now()),
    },
    createdAt,
  );
};

export const usedBy = (run: Pick<RunRecord, 'partition' | 'upstream' | 'upstreamLists'>): UsedUpstream => {
  const used: { [pipeline: string]: { [partition: string]: string } } = {};
  for (const above of upstreamRunsOf(run)) {
    const of = used[above.pipeline] ?? {};
    of[above.partition ?? run.partition] = executionName(above.run, above.generation ?? 1);
    used[above.pipeline] = of;
  }
  return used;
};
