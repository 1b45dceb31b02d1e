import type { Label, Review, Row } from '../collect/contracts.ts';
import { type Finding, found, missed, quoted } from './finding.ts';

/** One row as a review, or all that is wrong with it, with its line. */
export const checkRow = (row: Row): Finding<Review> => {
  if (row.problem !== undefined) return missed(`line ${row.line}: ${row.problem}`);
  const text = textIn(row.fields.text, 'text', 'the words of the review');
  const date = dayIn(row.fields.date);
  const source = textIn(row.fields.source, 'source', 'where the review comes from, such as "shop"');
  const label = labelIn(row.fields.label);
  if (text.ok && date.ok && source.ok && label.ok) {
    const review = { line: row.line, text: text.value, date: date.value, source: source.value };
    return found(label.value === undefined ? review : { ...review, label: label.value });
  }
  const problems = [text, date, source, label].flatMap((part) => (part.ok ? [] : [part.problem]));
  return missed(`line ${row.line}: ${problems.join('. Also: ')}`);
};

const blank = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

const state = (value: unknown): string => (value === undefined ? 'missing' : blank(value) ? 'empty' : quoted(value));

const textIn = (value: unknown, field: string, expected: string): Finding<string> =>
  typeof value === 'string' && !blank(value)
    ? found(value.trim())
    : missed(`${field} is ${state(value)}; expected ${expected}`);

/** The day of `2026-01-31` or of a full ISO time, as it stands there: no time zone is applied. */
const dayIn = (value: unknown): Finding<string> => {
  const day =
    typeof value === 'string' ? /^(\d{4}-\d{2}-\d{2})(?:$|[T ]\d{2}:\d{2})/.exec(value.trim())?.[1] : undefined;
  return day !== undefined && isCalendarDay(day)
    ? found(day)
    : missed(`date is ${state(value)}; expected YYYY-MM-DD, such as 2026-01-31`);
};

/** False for 30 February: Date would carry it over into March. */
const isCalendarDay = (day: string): boolean => {
  const time = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
};

const labelIn = (value: unknown): Finding<Label | undefined> => {
  if (blank(value)) return found(undefined);
  const word = typeof value === 'string' ? value.trim().toLowerCase() : value;
  return word === 'positive' || word === 'negative'
    ? found(word)
    : missed(`label is ${state(value)}; expected positive, negative or nothing`);
};
