// Puts an event about a run on the bus, with the words for a person where there is something to do.
import { type RunEventFacts, type RunEventKind, runEvents } from '../records/index.ts';
import { type AlertedRun, alertText, type RunEvent } from './alert-text.ts';
import { measureEvent } from './measure-event.ts';
import type { Services } from './services.ts';

const longestCause = 1_000;

/** At least once: whoever listens must bear a repeat. What has a `text` goes to the alerts topic. */
export const tell = async <Kind extends RunEventKind>(
  kind: Kind,
  run: AlertedRun,
  facts: RunEventFacts[Kind],
  { aws, eventBus, commandOptions = '', measures }: Pick<Services, 'aws' | 'eventBus' | 'commandOptions' | 'measures'>,
): Promise<void> => {
  const { pipeline, id, partition } = run;
  const text = alertText({ kind, facts } as unknown as RunEvent, run, commandOptions); // one kind and its facts
  const cause = 'cause' in facts ? { cause: String(facts.cause ?? '').slice(0, longestCause) } : {};
  const detail = { pipeline, run: id, partition, ...facts, ...cause, ...(text === undefined ? {} : { text }) };
  const answer = await aws.call('events', 'PutEvents', {
    Entries: [
      { Source: runEvents.source, DetailType: runEvents[kind], EventBusName: eventBus, Detail: JSON.stringify(detail) },
    ],
  });
  if (answer.FailedEntryCount)
    throw new Error(`the event bus ${eventBus} refused the event: ${JSON.stringify(answer.Entries)}`);
  if (measures !== false) measureEvent(kind, pipeline);
};
