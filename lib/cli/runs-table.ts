// Runs as a table that fits where it is shown. Pure.

import { ago, dollars, duration } from '../support/words.ts';
import type { Paint } from './paint.ts';
import { countsText, elapsedMs, itemTotal, type RunView, stageCounts } from './run-view.ts';
import { table } from './table.ts';

interface Column {
  readonly heading: string;
  cell(view: RunView, now: number): string;
}

const columns: readonly Column[] = [
  { heading: 'pipeline', cell: ({ run }) => run.pipeline },
  { heading: 'run', cell: ({ run }) => run.run },
  { heading: 'partition', cell: ({ run }) => run.partition },
  { heading: 'status', cell: ({ run }) => run.status },
  { heading: 'stages', cell: (view) => countsText(stageCounts(view)) },
  { heading: 'items', cell: (view) => (itemTotal(view) > 0 ? itemTotal(view).toLocaleString('en-US') : '–') },
  { heading: 'dead', cell: ({ run }) => String(run.deadLetters ?? 0) },
  { heading: 'took', cell: ({ run }, now) => duration(elapsedMs(run, now)) },
  { heading: 'est. cost', cell: ({ cost }) => (cost === undefined ? '–' : dollars(cost)) },
  { heading: 'started', cell: ({ run }, now) => ago(run.startedAt ?? run.createdAt, now) },
  { heading: 'trigger', cell: ({ run }) => run.trigger.kind },
];

/** What is left out first where the table is too wide: `heddle run` shows it all. */
const dispensable = ['trigger', 'partition', 'est. cost', 'dead', 'items', 'started'];

/** `width` is in columns of text; the table may be wider only when nothing more can be left out. */
export const runsTable = (
  views: readonly RunView[],
  { now, width, paint }: { readonly now: number; readonly width: number; readonly paint: Paint },
): readonly string[] => {
  for (let dropped = 0; ; dropped++) {
    const left = dispensable.slice(0, dropped);
    const shown = columns.filter(({ heading }) => !left.includes(heading));
    const lines = table(
      shown.map(({ heading }) => heading),
      views.map((view) => shown.map(({ cell }) => cell(view, now))),
    );
    if (dropped < dispensable.length && lines.some((line) => line.length > width)) continue;
    const heads = lines.length - views.length;
    return lines.map((line, index) => {
      const view = views[index - heads];
      return view ? paint(view.run.status, line) : line;
    });
  }
};
