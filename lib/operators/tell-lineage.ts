// Puts the lineage of a run on the bus, where it is wanted: as it begins, and with its stages as it ends.
import {
  type LineageEvent,
  lineageOfEnd,
  lineageOfStart,
  openLineageType,
  type RunRecord,
  runEvents,
  type StageRecord,
} from '../records/index.ts';
import type { Services } from './services.ts';

/** AWS: entries of one PutEvents. */
const entriesAtOnce = 10;
/** Of a run with more, its stages are left out: the run alone is told. */
const mostStages = 500;

const put = async (events: readonly LineageEvent[], { aws, eventBus }: Services): Promise<void> => {
  for (let start = 0; start < events.length; start += entriesAtOnce) {
    const answer = await aws.call('events', 'PutEvents', {
      Entries: events.slice(start, start + entriesAtOnce).map((event) => ({
        Source: runEvents.source,
        DetailType: openLineageType,
        EventBusName: eventBus,
        Detail: JSON.stringify(event),
      })),
    });
    if (answer.FailedEntryCount)
      throw new Error(`the event bus ${eventBus} refused an event: ${JSON.stringify(answer.Entries)}`);
  }
};

/** At least once, as all events: the ids are the same each time. */
export const tellLineageOfStart = async (record: RunRecord, services: Services): Promise<void> => {
  if (services.lineage) await put([lineageOfStart(services.eventBus, record)], services);
};

export const tellLineageOfEnd = async (
  record: RunRecord,
  stages: readonly StageRecord[],
  services: Services,
): Promise<void> => {
  if (!services.lineage) return;
  await put(lineageOfEnd(services.eventBus, record, stages.length > mostStages ? [] : stages), services);
};
