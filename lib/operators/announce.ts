// Tells the world that a run ended: an event on the bus, which downstream pipelines start from, and the run's metrics.
import { type RunEventDetail, type RunRecord, runEvents } from '../records/index.ts';
import { measureRun } from './measure-run.ts';
import type { Services } from './services.ts';
import { tell } from './tell.ts';

/** At least once: whoever listens must bear a repeat. */
export const announce = async (run: RunRecord, services: Services): Promise<void> => {
  const { pipeline, run: id, partition, status } = run;
  const detail: Pick<RunEventDetail, 'status'> = { status };
  await tell(
    status === 'completed' ? runEvents.completed : runEvents.failed,
    { pipeline, id, partition },
    { ...detail, ...(run.cause ? { cause: run.cause.slice(0, 1_000) } : {}) },
    services,
  );
  if (services.measures !== false) measureRun(run);
};
