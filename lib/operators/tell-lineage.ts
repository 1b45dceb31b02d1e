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

/** AWS: entries of one PutEvents, and their bytes together: 256 KB, with what is said of each besides. */
const [entriesAtOnce, bytesAtOnce] = [10, 240_000];
/** Of one that is larger by itself. Who asks the ledger for the lineage has all of them. */
const inputsOfLarge = 300;
/** Of a run with more, its stages are left out: the run alone is told. */
const mostStages = 500;

const textOf = (event: LineageEvent): string => {
  const text = JSON.stringify(event);
  if (Buffer.byteLength(text) <= bytesAtOnce) return text;
  return JSON.stringify({ ...event, inputs: event.inputs.slice(0, inputsOfLarge) });
};

const put = async (events: readonly LineageEvent[], { aws, eventBus }: Services): Promise<void> => {
  const texts = events.map(textOf);
  for (let start = 0; start < texts.length; ) {
    let [end, bytes] = [start, 0];
    while (end < texts.length && end - start < entriesAtOnce) {
      bytes += Buffer.byteLength(texts[end] ?? '');
      if (end > start && bytes > bytesAtOnce) break;
      end += 1;
    }
    const answer = await aws.call('events', 'PutEvents', {
      Entries: texts.slice(start, end).map((Detail) => ({
        Source: runEvents.source,
        DetailType: openLineageType,
        EventBusName: eventBus,
        Detail,
      })),
    });
    if (answer.FailedEntryCount)
      throw new Error(`the event bus ${eventBus} refused an event: ${JSON.stringify(answer.Entries)}`);
    start = end;
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
