// An estimate as a person reads it: a line for each stage, the limits, and what was taken for granted. Pure.
import type { Estimate, Figures, LimitUse } from '../asl/index.ts';
import { duration, price } from '../support/words.ts';
import { table } from './table.ts';
import { wrapped } from './wrapped.ts';

interface Line {
  readonly name: string;
  readonly map: string;
  readonly happy: Figures;
  readonly worst: Figures;
}

interface Column {
  readonly heading: string;
  readonly cell: (line: Line) => string;
  /** The widest table is shown whole; where it does not fit, the columns with the highest numbers go first. */
  readonly spare: number;
}

const both = (of: (figures: Figures) => string) => ({
  happy: ({ happy }: Line) => of(happy),
  worst: ({ worst }: Line) => of(worst),
});
const dollars = both((figures) => price(figures.dollars));
const lambda = both(({ lambdaSeconds }) => duration(lambdaSeconds * 1_000));
const events = both((figures) => whole(figures.events));
const transitions = both((figures) => whole(figures.transitions));

const whole = (count: number): string => Math.round(count).toLocaleString('en-US');

const columns: readonly Column[] = [
  { heading: 'stage', cell: ({ name }) => name, spare: 0 },
  { heading: 'map', cell: ({ map }) => map, spare: 2 },
  { heading: 'transitions', cell: transitions.happy, spare: 3 },
  { heading: 'events', cell: events.happy, spare: 5 },
  { heading: 'Lambda', cell: lambda.happy, spare: 4 },
  { heading: '$/1,000', cell: dollars.happy, spare: 0 },
  { heading: '│', cell: () => '│', spare: 1 },
  { heading: 'transitions', cell: transitions.worst, spare: 6 },
  { heading: 'events', cell: events.worst, spare: 7 },
  { heading: 'Lambda', cell: lambda.worst, spare: 8 },
  { heading: '$/1,000', cell: dollars.worst, spare: 0 },
];

/** The report in lines of at most `width` columns, where that leaves room for the names. */
export const estimateReport = (estimate: Estimate, width: number): readonly string[] => [
  `${estimate.pipeline}, definition ${estimate.definitionHash}`,
  '',
  ...fitted(linesOf(estimate), width),
  '',
  ...limitsFitted(estimate.limits, width),
  '',
  'Assumed',
  ...estimate.assumptions.flatMap((sentence) => wrapped(sentence, width, '- ', '  ')),
];

const linesOf = ({ stages, heddle, happy, worst }: Estimate): readonly Line[] => [
  ...stages.map(({ stage, map, ...figures }) => ({
    name: stage,
    map: map ? `${map.mode}, ${whole(map.items)} in ${whole(map.batches)}` : '–',
    ...figures,
  })),
  { name: '(Heddle)', map: '–', ...heddle },
  { name: 'a run', map: '', happy, worst },
];

const fitted = (lines: readonly Line[], width: number): readonly string[] => {
  const spares = [...new Set(columns.map(({ spare }) => spare))].sort((a, b) => b - a);
  for (const most of spares) {
    const shown = columns.filter(({ spare }) => spare <= most);
    const rows = titled(shown, lines);
    if (most === 0 || Math.max(...rows.map((row) => row.length)) <= width) return rows;
  }
  return [];
};

/** The table under `happy` and `worst`; without the bar between them, the headings say which is which. */
const titled = (shown: readonly Column[], lines: readonly Line[]): readonly string[] => {
  const bar = shown.findIndex(({ heading }) => heading === '│');
  const last = shown.length - 1;
  const headings = shown.map(({ heading }, index) =>
    bar >= 0 || heading !== '$/1,000' ? heading : index === last ? 'worst' : '$/1,000',
  );
  const rows = table(
    headings,
    lines.map((line) => shown.map(({ cell }) => cell(line))),
  );
  const total = rows.at(-1) ?? '';
  const body = [...rows.slice(0, -1), rows[1] ?? '', total];
  if (bar < 0) return body;
  const at = rows[0]?.indexOf('│') ?? 0;
  const happyAt = rows[0]?.search(/transitions|events|Lambda|\$\/1,000/) ?? 0;
  return [`${' '.repeat(happyAt)}${'happy'.padEnd(at - happyAt)}│  worst`, ...body];
};

/** As `fitted`: without the stages first, then without the counts. */
const limitsFitted = (limits: readonly LimitUse[], width: number): readonly string[] => {
  const rows = limits.map(({ limit, most, happy, worst, stage }) => ({
    counted: [limit, share(happy, most), share(worst, most), whole(most), stage ?? '–'],
    short: [limit, part(happy, most), part(worst, most)],
  }));
  const headings = ['limit', 'happy', 'worst', 'of', 'most in'];
  const tables = [
    table(
      headings,
      rows.map(({ counted }) => counted),
    ),
    table(
      headings.slice(0, 4),
      rows.map(({ counted }) => counted.slice(0, 4)),
    ),
  ];
  const fitting = tables.find((lines) => Math.max(...lines.map(({ length }) => length)) <= width);
  return (
    fitting ??
    table(
      headings.slice(0, 3),
      rows.map(({ short }) => short),
    )
  );
};

const share = (used: number, most: number): string =>
  Number.isFinite(used) ? `${whole(used)} (${part(used, most)})` : 'unbounded';

const part = (used: number, most: number): string => (Number.isFinite(used) ? percent(used / most) : 'unbounded');

const percent = (part: number): string =>
  part < 0.01 ? '<1 %' : `${Math.round(part * 100).toLocaleString('en-US')} %`;
