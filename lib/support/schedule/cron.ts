import { cronDays } from './cron-days.ts';
import { cronField, type FieldRange } from './cron-field.ts';
import { ScheduleError } from './schedule-error.ts';
import { instantOf, wallClockMs } from './time-zone.ts';

const MINUTE: FieldRange = { name: 'minute', min: 0, max: 59 };
const HOUR: FieldRange = { name: 'hour', min: 0, max: 23 };
const MONTH: FieldRange = {
  name: 'month',
  min: 1,
  max: 12,
  words: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
};
const YEAR: FieldRange = { name: 'year', min: 1970, max: 2199 };

/** The first instant after `afterMs` that the six AWS cron fields choose on a wall clock in `zone`; undefined: never. */
export const cronNext = (fields: string, zone: string): ((afterMs: number) => number | undefined) => {
  const texts = fields.trim().split(/\s+/);
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = texts;
  if (texts.length !== 6)
    throw new ScheduleError(
      `cron wants 6 fields (minutes hours day-of-month month day-of-week year), not ${texts.length}`,
    );
  const minutes = cronField(minute, MINUTE);
  const hours = cronField(hour, HOUR);
  const months = cronField(month, MONTH);
  const years = cronField(year, YEAR);
  const daysOf = cronDays(dayOfMonth.toUpperCase(), dayOfWeek.toUpperCase());

  const firstOfDay = (dayMs: number, afterMs: number): number | undefined => {
    for (const hour of hours)
      for (const minute of minutes) {
        const instant = instantOf(zone, dayMs + (hour * 60 + minute) * 60_000);
        if (instant !== undefined && instant > afterMs) return instant;
      }
    return undefined;
  };

  return (afterMs) => {
    const today = new Date(wallClockMs(zone, afterMs));
    const thisMonth = Date.UTC(today.getUTCFullYear(), today.getUTCMonth());
    for (const year of years.filter((each) => each >= today.getUTCFullYear()))
      for (const month of months) {
        const monthStart = Date.UTC(year, month - 1);
        if (monthStart < thisMonth) continue;
        const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
        const days = daysOf(length, new Date(monthStart).getUTCDay() + 1);
        for (let day = monthStart === thisMonth ? today.getUTCDate() : 1; day <= length; day += 1) {
          const instant = days.has(day) ? firstOfDay(Date.UTC(year, month - 1, day), afterMs) : undefined;
          if (instant !== undefined) return instant;
        }
      }
    return undefined;
  };
};
