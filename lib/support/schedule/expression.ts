import { cronNext } from './cron.ts';
import { ScheduleError } from './schedule-error.ts';
import { instantOf, isTimeZone } from './time-zone.ts';

const UNIT_MS: { readonly [unit: string]: number } = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** A parsed `at(…)`, `rate(…)` or `cron(…)`. */
export type Schedule = {
  readonly kind: 'at' | 'rate' | 'cron';
  /** The first time after `afterMs`, or undefined when there is none. A rate counts from `anchorMs`, which is its first. */
  next(afterMs: number, anchorMs: number): number | undefined;
};

/** Milliseconds between two times of `rate(5 minutes)`; AWS wants the unit's number to agree with the value. */
const periodOf = (body: string): number => {
  const [, value = '', unit = '', plural] = /^([1-9]\d*)\s+(minute|hour|day)(s?)$/.exec(body) ?? [];
  const unitMs = UNIT_MS[unit];
  if (unitMs === undefined || (value === '1') === (plural === 's'))
    throw new ScheduleError(`rate(${body}); expected such as rate(1 hour) or rate(5 minutes)`);
  return Number(value) * unitMs;
};

const atTime = (body: string, zone: string): number => {
  const wallMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(body) ? Date.parse(`${body}Z`) : Number.NaN;
  const instant = Number.isNaN(wallMs) ? undefined : instantOf(zone, wallMs);
  if (instant === undefined)
    throw new ScheduleError(`at(${body}); expected a time that exists in ${zone}, such as at(2026-11-24T09:00:00)`);
  return instant;
};

/** Parses a schedule expression. `zone` is an IANA time zone. Throws ScheduleError. */
export const parseSchedule = (expression: string, zone = 'UTC'): Schedule => {
  if (!isTimeZone(zone)) throw new ScheduleError(`the time zone ${zone} is not known`);
  const [, kind, body = ''] = /^(at|rate|cron)\((.*)\)$/.exec(expression) ?? [];
  switch (kind) {
    case 'at': {
      const time = atTime(body, zone);
      return { kind, next: (afterMs) => (time > afterMs ? time : undefined) };
    }
    case 'rate': {
      const period = periodOf(body);
      return {
        kind,
        next: (afterMs, anchorMs) => anchorMs + Math.max(0, Math.floor((afterMs - anchorMs) / period) + 1) * period,
      };
    }
    case 'cron':
      return { kind, next: cronNext(body, zone) };
    default:
      throw new ScheduleError(`${expression}; expected at(…), rate(…) or cron(…)`);
  }
};
