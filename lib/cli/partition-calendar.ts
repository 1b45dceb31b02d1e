// Partitions as a calendar: days in weeks, hours in days, weeks in quarters, months in years, two dimensions as a grid. Pure.
import {
  calendarLayout,
  dimensionsOf,
  type PartitionSpec,
  type PartitionStanding,
  type PartitionState,
  partitionStates,
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

const centred = (mark: string, width: number): string =>
  mark.padStart(Math.ceil((width + mark.length) / 2)).padEnd(width);

/** The partitions in rows, under headings. */
export const calendar = (
  spec: PartitionSpec,
  standings: readonly PartitionStanding[],
  paint: Paint,
): readonly string[] => {
  const { columns, cell } = calendarLayout(
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
