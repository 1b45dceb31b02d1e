// Which days of a month the day-of-month and day-of-week fields of an AWS cron expression choose.
import { cronField, type FieldRange } from './cron-field.ts';
import { ScheduleError } from './schedule-error.ts';

const DAY_OF_MONTH: FieldRange = { name: 'day of month', min: 1, max: 31 };
const DAY_OF_WEEK: FieldRange = {
  name: 'day of week',
  min: 1,
  max: 7,
  words: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
};

/** The chosen days of a month. `firstWeekday` is the weekday of the 1st: 1 is Sunday, 7 is Saturday. */
export type DaysOfMonth = (length: number, firstWeekday: number) => ReadonlySet<number>;

const everyDay = (length: number): readonly number[] => Array.from({ length }, (_, index) => index + 1);
const weekdayOf = (day: number, firstWeekday: number): number => ((firstWeekday - 1 + day - 1) % 7) + 1;

/** `15W`: the weekday nearest to the 15th, never in another month. */
const nearestWeekday = (day: number, length: number, firstWeekday: number): number => {
  const weekday = weekdayOf(Math.min(day, length), firstWeekday);
  const target = Math.min(day, length);
  if (weekday === 7) return target > 1 ? target - 1 : target + 2;
  if (weekday === 1) return target < length ? target + 1 : target - 2;
  return target;
};

const byDate = (text: string): DaysOfMonth => {
  if (text === 'L') return (length) => new Set([length]);
  if (text === 'LW') return (length, first) => new Set([nearestWeekday(length, length, first)]);
  const near = /^(\d+)W$/.exec(text)?.[1];
  if (near !== undefined) {
    const [day = 1] = cronField(near, DAY_OF_MONTH);
    return (length, first) => new Set(day <= length ? [nearestWeekday(day, length, first)] : []);
  }
  const days = new Set(cronField(text, DAY_OF_MONTH));
  return () => days;
};

const byWeekday = (text: string): DaysOfMonth => {
  const chosen = (wanted: (day: number, weekday: number, length: number) => boolean): DaysOfMonth => {
    return (length, first) => new Set(everyDay(length).filter((day) => wanted(day, weekdayOf(day, first), length)));
  };
  if (text === 'L') return chosen((_day, weekday) => weekday === 7);
  const last = /^(\w+)L$/.exec(text)?.[1];
  if (last !== undefined) {
    const [wanted] = cronField(last, DAY_OF_WEEK);
    return chosen((day, weekday, length) => weekday === wanted && day + 7 > length);
  }
  const [name = '', nth] = text.split('#');
  if (nth !== undefined) {
    const [wanted] = cronField(name, DAY_OF_WEEK);
    const [rank] = cronField(nth, { name: 'occurrence in the month', min: 1, max: 5 });
    return chosen((day, weekday) => weekday === wanted && Math.ceil(day / 7) === rank);
  }
  const weekdays = new Set(cronField(text, DAY_OF_WEEK));
  return chosen((_day, weekday) => weekdays.has(weekday));
};

/** AWS wants `?` in exactly one of the two fields. */
export const cronDays = (dayOfMonth: string, dayOfWeek: string): DaysOfMonth => {
  if ((dayOfMonth === '?') === (dayOfWeek === '?'))
    throw new ScheduleError('one of day of month and day of week must be "?", the other a value or "*"');
  return dayOfWeek === '?' ? byDate(dayOfMonth) : byWeekday(dayOfWeek);
};
