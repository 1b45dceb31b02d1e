import { ScheduleError } from './schedule-error.ts';

export type FieldRange = {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly words?: readonly string[];
};

const numberOf = (text: string, range: FieldRange): number => {
  const word = range.words?.indexOf(text.toUpperCase()) ?? -1;
  const value = word >= 0 ? word + range.min : Number(text);
  if (!/^\w+$/.test(text) || !Number.isInteger(value) || value < range.min || value > range.max)
    throw new ScheduleError(`${range.name} "${text}" is not between ${range.min} and ${range.max}`);
  return value;
};

/** The values of one element: `*`, `5`, `1-5`, `0/15`, `10-40/10`. */
const valuesOf = (element: string, range: FieldRange): readonly number[] => {
  const [span = '', step] = element.split('/');
  const [from = '', to] = span.split('-');
  const first = span === '*' ? range.min : numberOf(from, range);
  const open = span === '*' || (step !== undefined && to === undefined); // 5/15 runs to the end of the range
  const last = open ? range.max : numberOf(to ?? from, range);
  const every = step === undefined ? 1 : Number(step);
  if (!Number.isInteger(every) || every < 1 || element.split('/').length > 2)
    throw new ScheduleError(`${range.name} "${element}" has no valid increment`);
  if (last < first) throw new ScheduleError(`${range.name} "${element}" ends before it begins`);
  return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, index) => first + index * every);
};

/** The values that a comma-separated cron field stands for, ascending. Throws ScheduleError. */
export const cronField = (text: string, range: FieldRange): readonly number[] =>
  [...new Set(text.split(',').flatMap((element) => valuesOf(element, range)))].sort((a, b) => a - b);
