// The day on which a cron expression has no time, because clocks go forward over it.
import { parseSchedule } from './expression.ts';
import { instantOf, wallClockMs } from './time-zone.ts';

const dayMs = 86_400_000;
/** Any year shows it, and a fixed one makes the same of the same definition. */
const year = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2027, 0, 1) };

/**
 * The first local day of a year (`2026-03-29`) that has times of the expression on its clock, none of which comes: EventBridge
 * Scheduler leaves out a time that does not exist. Undefined when there is none.
 */
export const dayWithout = (expression: string, zone: string): string | undefined => {
  const onTheWall = parseSchedule(expression, 'UTC'); // A clock in UTC shows every time of a day.
  if (onTheWall.kind !== 'cron') return undefined;
  const offset = (at: number): number => wallClockMs(zone, at) - at;
  for (let day = year.from; day < year.to; day += dayMs) {
    if (offset(day + 2 * dayMs) <= offset(day - dayMs)) continue; // no clock goes forward around here
    const times: number[] = [];
    for (let at = onTheWall.next(day - 1, 0); at !== undefined && at < day + dayMs; at = onTheWall.next(at, 0))
      times.push(at);
    if (times.length > 0 && times.every((at) => instantOf(zone, at) === undefined))
      return new Date(day).toISOString().slice(0, 10);
  }
  return undefined;
};
