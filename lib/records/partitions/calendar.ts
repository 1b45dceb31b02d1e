// Partitions of time: which key a moment falls into, and from when to when a key lasts, daylight saving included.
import { instantsOf, wallClockMs } from '../../support/schedule/time-zone.ts';
import type { Every, TimePartitions } from './spec.ts';

/** From the first millisecond to the one after the last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How a length of time is cut and written. All in the wall clock's milliseconds, as if its zone were UTC. */
interface Cut {
  readonly example: string;
  floor(wallMs: number): number;
  next(startMs: number): number;
  write(startMs: number): string;
  /** The wall clock at the key's start; undefined for what has not the form. */
  read(key: string): number | undefined;
}

const iso = (ms: number, length: number): string => new Date(ms).toISOString().slice(0, length);

const readIso = (form: RegExp, rest: string) => (key: string) => {
  const ms = form.test(key) ? Date.parse(`${key}${rest}`) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
};

const monday = (wallMs: number): number => {
  const day = Math.floor(wallMs / dayMs);
  return (Math.floor((day + 3) / 7) * 7 - 3) * dayMs; // 1970-01-01 was a Thursday
};
const january = (year: number, day: number): number => Date.UTC(year, 0, day);

const cuts: { readonly [every in Every]: Cut } = {
  hour: {
    example: '2026-01-31T05',
    floor: (ms) => Math.floor(ms / hourMs) * hourMs,
    next: (ms) => ms + hourMs,
    write: (ms) => iso(ms, 13),
    read: readIso(/^\d{4}-\d\d-\d\dT\d\d$/, ':00Z'),
  },
  day: {
    example: '2026-01-31',
    floor: (ms) => Math.floor(ms / dayMs) * dayMs,
    next: (ms) => ms + dayMs,
    write: (ms) => iso(ms, 10),
    read: readIso(/^\d{4}-\d\d-\d\d$/, 'T00:00Z'),
  },
  week: {
    example: '2026-W05',
    floor: monday,
    next: (ms) => ms + 7 * dayMs,
    // ISO 8601: a week belongs to the year that its Thursday is in.
    write: (ms) => {
      const thursday = new Date(ms + 3 * dayMs);
      const year = thursday.getUTCFullYear();
      const week = Math.floor((thursday.getTime() - january(year, 1)) / (7 * dayMs)) + 1;
      return `${year}-W${String(week).padStart(2, '0')}`;
    },
    read: (key) => {
      const [, year, week] = /^(\d{4})-W(\d\d)$/.exec(key) ?? [];
      return year && week ? monday(january(Number(year), 4)) + (Number(week) - 1) * 7 * dayMs : undefined;
    },
  },
  month: {
    example: '2026-01',
    floor: (ms) => Date.UTC(new Date(ms).getUTCFullYear(), new Date(ms).getUTCMonth()),
    next: (ms) => Date.UTC(new Date(ms).getUTCFullYear(), new Date(ms).getUTCMonth() + 1),
    write: (ms) => iso(ms, 7),
    read: readIso(/^\d{4}-\d\d$/, '-01T00:00Z'),
  },
};

export const exampleKey = (every: Every): string => cuts[every].example;

type Clock = Pick<TimePartitions, 'every' | 'timeZone'>;

/** Where clocks go back, an hour comes twice: the second has this mark, which sorts after the first and before the next hour. */
const again = 'b';

const startOf = (zone: string, wallMs: number): number => {
  const [first] = instantsOf(zone, wallMs);
  if (first !== undefined) return first;
  // Clocks jump over it: what would have begun then begins where they land.
  const before = wallMs - dayMs;
  return wallMs - (wallClockMs(zone, before) - before);
};

/** From when to when a key lasts. Undefined for what is no key, as also an hour or a day that the zone's clocks jump over. */
export const spanOf = ({ every, timeZone }: Clock, key: string): Span | undefined => {
  const cut = cuts[every];
  const isSecond = every === 'hour' && key.endsWith(again);
  const plain = isSecond ? key.slice(0, -1) : key;
  const wall = cut.read(plain);
  if (wall === undefined || cut.write(wall) !== plain) return undefined;
  const second = every === 'hour' ? instantsOf(timeZone, wall)[1] : undefined;
  if (isSecond && second === undefined) return undefined;
  const next = startOf(timeZone, cut.next(wall));
  const span = isSecond
    ? { start: second ?? next, end: next }
    : { start: startOf(timeZone, wall), end: second ?? next };
  return span.start < span.end ? span : undefined;
};

/** The key that a moment falls into, whether or not it is among the partitions. */
export const keyAt = ({ every, timeZone }: Clock, ms: number): string => {
  const cut = cuts[every];
  const wall = cut.floor(wallClockMs(timeZone, ms));
  const second = every === 'hour' ? instantsOf(timeZone, wall)[1] : undefined;
  return `${cut.write(wall)}${second !== undefined && ms >= second ? again : ''}`;
};

/** The key so many further on, or back. Throws a RangeError on what is no key. */
export const shifted = (clock: Clock, key: string, by: number): string => {
  let at = key;
  for (let step = 0; step < Math.abs(by); step++) {
    const span = spanOf(clock, at);
    if (!span) throw new RangeError(`${at} is no key of a ${clock.every}`);
    at = keyAt(clock, by > 0 ? span.end : span.start - 1);
  }
  return at;
};

/**
 * The key that a person's bound means: a key as it is; of a date, the key that it falls into, for hours the first of the day, or
 * for the end of a range the last. Undefined for anything else.
 */
export const boundKey = (clock: Clock, text: string, end: 'from' | 'to'): string | undefined => {
  if (spanOf(clock, text)) return text;
  const day = spanOf({ every: 'day', timeZone: clock.timeZone }, text);
  return day && keyAt(clock, end === 'from' ? day.start : day.end - 1);
};
