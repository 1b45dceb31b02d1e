// Partitions as a calendar: days in weeks, hours in days, weeks in quarters, months in years, two dimensions as a grid. Pure.
import {
  dimensionsOf,
  type PartitionSpec,
  type PartitionStanding,
  type PartitionState,
  partitionStates,
  partsOf,
  stateMarks,
} from '../records/index.ts';
import type { Paint } from './paint.ts';

const styles = {
  missing: 'pending',
  running: 'running',
  completed: 'completed',
  failed: 'failed',
  stale: 'cancelled',
  skipped: 'skipped',
} as const;

export const paintState = (paint: Paint, state: PartitionState, text: string): string => paint(styles[state], text);

interface Cell {
  readonly row: string;
  readonly column: string;
}

interface Layout {
  readonly columns: readonly string[];
  cell(key: string): Cell;
}

const twoDigits = (count: number, first: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => String(index + first).padStart(2, '0'));

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A week's row is named by its Monday. */
const dayCell = (key: string): Cell => {
  const day = new Date(`${key}T00:00:00Z`);
  const weekday = (day.getUTCDay() + 6) % 7;
  const monday = new Date(day.getTime() - weekday * 86_400_000).toISOString().slice(0, 10);
  return { row: monday, column: weekdays[weekday] ?? '' };
};

const layoutOf = (spec: PartitionSpec, keys: readonly string[]): Layout => {
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

const centred = (mark: string, width: number): string =>
  mark.padStart(Math.ceil((width + mark.length) / 2)).padEnd(width);

/** The partitions in rows, under headings. */
export const calendar = (
  spec: PartitionSpec,
  standings: readonly PartitionStanding[],
  paint: Paint,
): readonly string[] => {
  const { columns, cell } = layoutOf(
    spec,
    standings.map(({ partition }) => partition),
  );
  const rows = new Map<string, Map<string, PartitionState>>();
  for (const { partition, state } of standings) {
    const { row, column } = cell(partition);
    const cells = rows.get(row) ?? new Map<string, PartitionState>();
    rows.set(row, cells.set(column, state));
  }
  const [first] = dimensionsOf(spec);
  const heading = spec.kind === 'by' ? (first?.name ?? '') : '';
  const label = Math.max(heading.length, ...[...rows.keys()].map((row) => row.length));
  const widths = columns.map((column) => Math.max(column.length, 1));
  const lines = [...rows].map(([row, cells]) => {
    const marks = columns.map((column, index) => {
      const state = cells.get(column);
      const width = widths[index] ?? 1;
      return state === undefined ? ' '.repeat(width) : paintState(paint, state, centred(stateMarks[state], width));
    });
    return `${row.padEnd(label)}  ${marks.join('  ')}`.trimEnd();
  });
  const head = `${heading.padEnd(label)}  ${columns.join('  ')}`.trimEnd();
  return head.trim() === '' ? lines : [head, ...lines];
};

/** How many there are of each state, with its mark: the legend of the calendar. */
export const legend = (standings: readonly PartitionStanding[], paint: Paint): string =>
  partitionStates
    .map((state) => ({ state, count: standings.filter((one) => one.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) =>
      paintState(paint, state, `${stateMarks[state]} ${count.toLocaleString('en-US')} ${state}`),
    )
    .join('   ');
