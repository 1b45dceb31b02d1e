// Where partitions stand in a calendar: days in weeks, hours in days, weeks in quarters, months in years, two dimensions as a grid.
import { partsOf } from './partitions.ts';
import type { PartitionSpec } from './spec.ts';

export interface CalendarCell {
  readonly row: string;
  readonly column: string;
}

export interface CalendarLayout {
  readonly columns: readonly string[];
  cell(key: string): CalendarCell;
}

const twoDigits = (count: number, first: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => String(index + first).padStart(2, '0'));

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A week's row is named by its Monday. */
const dayCell = (key: string): CalendarCell => {
  const day = new Date(`${key}T00:00:00Z`);
  const weekday = (day.getUTCDay() + 6) % 7;
  const monday = new Date(day.getTime() - weekday * 86_400_000).toISOString().slice(0, 10);
  return { row: monday, column: weekdays[weekday] ?? '' };
};

/** Columns, and the row and column of each key. */
export const calendarLayout = (spec: PartitionSpec, keys: readonly string[]): CalendarLayout => {
  if (spec.kind === 'by') {
    const columns = [...new Set(keys.map((key) => partsOf(spec, key)[1] ?? ''))];
    return { columns, cell: (key) => ({ row: partsOf(spec, key)[0] ?? '', column: partsOf(spec, key)[1] ?? '' }) };
  }
  if (spec.kind === 'keys') return { columns: [''], cell: (key) => ({ row: key, column: '' }) };
  switch (spec.every) {
    case 'hour': {
      const twice = keys.filter((key) => key.endsWith('b')).map((key) => key.slice(11));
      return {
        columns: [...new Set([...twoDigits(24, 0), ...twice])].sort(),
        cell: (key) => ({ row: key.slice(0, 10), column: key.slice(11) }),
      };
    }
    case 'day':
      return { columns: weekdays, cell: dayCell };
    case 'week': {
      const quarter = (week: number): number => Math.min(3, Math.floor((week - 1) / 13));
      return {
        columns: [...twoDigits(13, 1), ...(keys.some((key) => key.endsWith('W53')) ? ['14'] : [])],
        cell: (key) => {
          const week = Number(key.slice(6));
          const first = quarter(week) * 13 + 1;
          return {
            row: `${key.slice(0, 4)}-W${String(first).padStart(2, '0')}`,
            column: String(week - first + 1).padStart(2, '0'),
          };
        },
      };
    }
    case 'month':
      return {
        columns: months,
        cell: (key) => ({ row: key.slice(0, 4), column: months[Number(key.slice(5)) - 1] ?? '' }),
      };
  }
};
