// What the rules refuse of triggers and of how runs are admitted: each definition with its messages in full.

import * as z from 'zod';
import { admissionOf } from '../../lib/definition/admission.ts';
import type { AdmissionOptions, Pipeline, Trigger } from '../../lib/definition/index.ts';
import { fromQueue, onEvent, onRequest, schedule } from '../../lib/definition/index.ts';
import { named, untyped } from './definitions.ts';

const taking = { detail: z.object({}), input: () => ({}) };
export const triggered = (...triggers: readonly Trigger<unknown>[]): Pipeline => ({ ...named('orders'), triggers });

const at = (expression: string, timeZone = 'UTC'): Pipeline =>
  triggered(schedule(untyped(expression), { timeZone, input: {} }));
const how =
  "Fix: write one like schedule('cron(0 3 * * ? *)', …), with six fields and ? for one of the two days, or 'rate(5 minutes)'.";

const limited = (options: AdmissionOptions, more: Partial<Pipeline> = {}): Pipeline => {
  const admission = admissionOf(options);
  return { ...named('orders'), ...more, ...(admission ? { admission } : {}) };
};

export const brokenTriggers: Record<string, [Pipeline | readonly Pipeline[], ...string[]]> = {
  'a cron of five fields': [
    at('cron(0 3 * * ?)'),
    `HDL260 orders: the schedule cron(0 3 * * ?) is not possible: cron wants 6 fields (minutes hours day-of-month month day-of-week year), not 5. ${how}`,
  ],
  'a cron with an hour that no day has': [
    at('cron(0 25 * * ? *)'),
    `HDL260 orders: the schedule cron(0 25 * * ? *) is not possible: hour "25" is not between 0 and 23. ${how}`,
  ],
  'a cron that never comes due': [
    at('cron(0 3 31 4 ? *)'),
    `HDL260 orders: the schedule cron(0 3 31 4 ? *) is not possible: it never comes due. ${how}`,
  ],
  'a rate in seconds': [
    at('rate(5 seconds)'),
    `HDL260 orders: the schedule rate(5 seconds) is not possible: rate(5 seconds); expected such as rate(1 hour) or rate(5 minutes). ${how}`,
  ],
  'a time zone that there is not': [
    at('cron(0 3 * * ? *)', 'Europe/Londn'),
    "HDL260 orders: the schedule cron(0 3 * * ? *) is in the time zone 'Europe/Londn', which the IANA database does not have. Fix: name one like 'Europe/London' or 'UTC'.",
  ],
  'a time that clocks go forward over': [
    at('cron(30 1 * * ? *)', 'Europe/London'),
    'HDL261 warning, orders: the schedule cron(30 1 * * ? *) has no time on days like 2026-03-29, when clocks in Europe/London go forward over it: that day gets no run. Fix: take a time of day that every day has, or the zone UTC.',
  ],
  'a pattern whose leaf is no list': [
    triggered(onEvent({ source: 'shop', detail: { state: { is: untyped('ready') } } }, taking)),
    `HDL264 orders: the pattern of onEvent has "ready" at detail.state.is, where a list is expected. Fix: write one like { source: 'shop', detail: { state: ['ready'] } }.`,
  ],
  'a pattern that matches nothing': [
    triggered(onEvent({ source: [] }, taking)),
    "HDL264 orders: the pattern of onEvent matches nothing: source is an empty list. Fix: write one like { source: 'shop', detail: { state: ['ready'] } }.",
  ],
  'a queue that is no name': [
    triggered(fromQueue('arn:aws:sqs:…:inbox', taking)),
    "HDL264 orders: 'arn:aws:sqs:…:inbox' is no name of a queue. Fix: give its name, like fromQueue('orders-inbox', …).",
  ],
  'two that take from one queue': [
    triggered(fromQueue('inbox', taking), fromQueue('inbox', taking)),
    'HDL266 orders: 2 triggers take from the queue inbox. Fix: give each a queue of its own.',
    'HDL266 orders: 2 triggers take from the queue inbox. Fix: give each a queue of its own.',
  ],
  'two URLs': [
    triggered(onRequest(), onRequest()),
    'HDL268 orders: it has 2 times onRequest, and one URL. Fix: leave one of them.',
  ],
  'no limit beside a limit': [
    limited({ overlap: 'allow', maxRuns: 2 }),
    "HDL262 orders: overlap is 'allow', which knows no limit, beside maxRuns or maxQueued. Fix: leave those out, or let overlap be 'queue'.",
  ],
  'room for nobody': [
    limited({ maxRuns: 0, maxQueued: 1.5 }),
    'HDL262 orders: maxRuns is 0. Fix: give a whole number from 1 to 1,000.',
    'HDL262 orders: maxQueued is 1.5. Fix: give a whole number from 0 to 1,000.',
  ],
  'Express runs that are to be stopped': [
    limited({ overlap: 'cancelRunning' }, { type: 'express' }),
    "HDL263 orders: overlap is 'cancelRunning', but AWS cannot stop an Express execution. Fix: take 'queue' or 'skip', or type 'standard'.",
  ],
};

export const rightTriggers: Record<string, Pipeline | readonly Pipeline[]> = {
  'a time beside the change of clocks': at('cron(30 2 * * ? *)', 'Europe/London'),
  'every hour, also where clocks go forward': at('cron(0 * * * ? *)', 'America/Santiago'),
  'a rate': at('rate(1 day)', 'Europe/London'),
  'a pattern of every kind': triggered(
    onEvent({ source: [{ prefix: 'shop' }], detail: { a: { b: [{ numeric: ['>', 0] }, null, 1] } } }, taking),
  ),
  'signed requests': triggered(onRequest()),
  'a cap on runs': limited({ maxRuns: 1_000, maxQueued: 0 }),
  'no limit at all': limited({ overlap: 'allow' }),
};
