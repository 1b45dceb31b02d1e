import { type RunFacts, runEvents } from '../records/index.ts';
import type { Services } from './services.ts';

type DetailType = Exclude<(typeof runEvents)[keyof typeof runEvents], 'heddle'>;

/** Puts an event about a run on the bus. At least once: whoever listens must bear a repeat. */
export const tell = async (
  type: DetailType,
  run: Pick<RunFacts, 'pipeline' | 'id' | 'partition'>,
  more: object,
  { aws, eventBus }: Pick<Services, 'aws' | 'eventBus'>,
): Promise<void> => {
  const detail = { pipeline: run.pipeline, run: run.id, partition: run.partition, ...more };
  const answer = await aws.call('events', 'PutEvents', {
    Entries: [{ Source: runEvents.source, DetailType: type, EventBusName: eventBus, Detail: JSON.stringify(detail) }],
  });
  if (answer.FailedEntryCount)
    throw new Error(`the event bus ${eventBus} refused the event: ${JSON.stringify(answer.Entries)}`);
};
