// Times of a schedule that nobody fired. EventBridge Scheduler does not catch up, so they follow from the schedule and its last
// time known.
import type { StartMessage } from '../../records/index.ts';
import { parseSchedule } from '../../support/schedule/expression.ts';
import { sendMessages } from '../../support/send-messages.ts';
import { isoTime, type Services } from '../services.ts';

type Due = Extract<StartMessage, { kind: 'schedule' }>;

/** Missed times that one message asks for. */
const atOnce = 100;

export type Missed =
  /** This time is missed itself, and is not to be caught up with. */
  | { readonly kind: 'passed'; readonly reason: string }
  /** More times were missed before it than were asked for now: it is asked for again after them. */
  | { readonly kind: 'later'; readonly runs: number };

/**
 * Undefined when the time may start its run. With `catchUp` 'all', the times between the last one known and this one are asked
 * for first; with 'none', a time that comes when the next was due already is missed.
 */
export const missed = async (message: StartMessage, services: Services): Promise<Missed | undefined> => {
  if (message.kind !== 'schedule' || message.expression === undefined || message.missed) return undefined;
  switch (message.catchUp) {
    case 'none': {
      const next = parseSchedule(message.expression, message.timeZone).next(
        Date.parse(message.time),
        Date.parse(message.time),
      );
      return next !== undefined && next <= services.now()
        ? {
            kind: 'passed',
            reason: `${message.schedule} came after its next time, ${isoTime(next)}, was due (catchUp 'none')`,
          }
        : undefined;
    }
    case 'all':
      // One for a single partition was sent by one for all of them, which asked.
      return message.partition === undefined ? askForMissed(message, message.expression, services) : undefined;
    default:
      return undefined;
  }
};

const askForMissed = async (message: Due, expression: string, services: Services): Promise<Missed | undefined> => {
  const { pipeline, schedule, time } = message;
  const { ledger } = services;
  const last = await ledger.pauses.lastTime(pipeline, schedule);
  const times = last === undefined ? [] : timesBetween(expression, message.timeZone, last, time);
  const asked = times.slice(0, atOnce);
  const rest = times.length > atOnce ? [message] : [];
  const messages = [...asked.map((each): Due => ({ ...message, time: each, missed: true })), ...rest];
  await sendMessages(services.aws, services.startQueueUrl, messages);
  // Only after they were asked for: a crash in between asks again, for the same runs.
  await ledger.pauses.setLastTime(pipeline, schedule, rest.length > 0 ? (asked.at(-1) ?? time) : time);
  return rest.length > 0 ? { kind: 'later', runs: asked.length } : undefined;
};

/** The times of a schedule after one and before another, at most one more than are asked for at once. */
const timesBetween = (expression: string, timeZone: string, after: string, before: string): readonly string[] => {
  const schedule = parseSchedule(expression, timeZone);
  const end = Date.parse(before);
  // Every time of a rate lies a whole number of periods before this one.
  const anchor = schedule.kind === 'rate' ? anchorOf(expression, end, Date.parse(after)) : 0;
  const times: string[] = [];
  for (
    let at = schedule.next(Date.parse(after), anchor);
    at !== undefined && at < end;
    at = schedule.next(at, anchor)
  ) {
    times.push(isoTime(at).replace('.000Z', 'Z'));
    if (times.length > atOnce) break;
  }
  return times;
};

const anchorOf = (expression: string, end: number, after: number): number => {
  const schedule = parseSchedule(expression);
  const period = (schedule.next(0, 0) ?? 0) - 0;
  return end - Math.ceil((end - after) / period) * period;
};
