// Tells the world that a run ended: an event on the bus, which downstream pipelines start from, and the run's metrics.
import { type RunEventDetail, type RunRecord, runEvents } from '../records/index.ts';
import { measureRun } from './measure-run.ts';
import type { Services } from './services.ts';

/** At least once: whoever listens must bear a repeat. */
export const announce = async (run: RunRecord, { aws, eventBus }: Services): Promise<void> => {
  const detail: RunEventDetail = { pipeline: run.pipeline, run: run.run, partition: run.partition, status: run.status };
  const answer = await aws.call('events', 'PutEvents', {
    Entries: [
      {
        Source: runEvents.source,
        DetailType: run.status === 'completed' ? runEvents.completed : runEvents.failed,
        EventBusName: eventBus,
        Detail: JSON.stringify({ ...detail, ...(run.cause ? { cause: run.cause.slice(0, 1_000) } : {}) }),
      },
    ],
  });
  if (answer.FailedEntryCount)
    throw new Error(`the event bus ${eventBus} refused the event: ${JSON.stringify(answer.Entries)}`);
  measureRun(run);
};
