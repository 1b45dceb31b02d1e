// Tells the world that a run ended: an event on the bus, which downstream pipelines start from, and the run's metrics.
import type { RunRecord } from '../records/index.ts';
import { measureRun } from './measure-run.ts';
import type { Services } from './services.ts';
import { tell } from './tell.ts';

/** At least once: whoever listens must bear a repeat. */
export const announce = async (run: RunRecord, services: Services): Promise<void> => {
  const { pipeline, run: id, partition, status, cause, startedAt, backfill } = run;
  await tell(
    status === 'completed' ? 'completed' : 'failed',
    { pipeline, id, partition },
    {
      status,
      ...(startedAt ? { since: startedAt } : {}),
      ...(cause ? { cause } : {}),
      ...(backfill === undefined ? {} : { backfill }),
    },
    services,
  );
  if (services.measures !== false) measureRun(run, services.prices);
};
