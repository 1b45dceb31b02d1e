// What runs cost, as tables. Pure.

import { price } from '../../support/words.ts';
import { table } from '../table.ts';
import { type CostRow, type Grouping, heddleKey, type ModelRow } from './gather.ts';

const whole = (count: number): string => Math.round(count).toLocaleString('en-US');
const dollars = (amount: number | undefined): string => (amount === undefined ? '–' : price(amount));

interface Column {
  readonly heading: string;
  cell(row: CostRow): string;
  /** Where the table is too wide, the columns with the highest numbers go first. */
  readonly spare: number;
}

const columnsFor = (grouping: Grouping): readonly Column[] => [
  ...(grouping === 'stage' ? [{ heading: 'pipeline', cell: ({ pipeline = '' }: CostRow) => pipeline, spare: 0 }] : []),
  { heading: grouping, cell: ({ key }) => key, spare: 0 },
  { heading: 'runs', cell: ({ runs }) => whole(runs), spare: 3 },
  ...(grouping === 'stage'
    ? [
        { heading: 'Lambdas', cell: ({ spent }: CostRow) => whole(spent.usage.lambdaCalls ?? 0), spare: 5 },
        { heading: 'items', cell: ({ items = 0 }: CostRow) => (items > 0 ? whole(items) : '–'), spare: 6 },
      ]
    : []),
  { heading: 'AWS $', cell: ({ aws }) => price(aws), spare: 2 },
  { heading: 'models $', cell: ({ models }) => price(models), spare: 2 },
  { heading: 'calls $', cell: ({ calls }) => price(calls), spare: 2 },
  { heading: 'total $', cell: ({ total }) => price(total), spare: 0 },
  ...(grouping === 'day'
    ? []
    : [
        { heading: 'AWS $/1,000 runs', cell: ({ aws, runs }: CostRow) => price((1_000 * aws) / runs), spare: 4 },
        {
          heading: 'estimated',
          cell: ({ estimated }: CostRow) => dollars(estimated === undefined ? undefined : 1_000 * estimated),
          spare: 4,
        },
      ]),
];

/** `sum` is the line below all others, where there is more than one. */
export const costTable = (
  grouping: Exclude<Grouping, 'model'>,
  rows: readonly CostRow[],
  sum: CostRow,
  width: number,
): readonly string[] => {
  const columns = columnsFor(grouping);
  const all = rows.length > 1 ? [...rows, sum] : rows;
  for (const most of [6, 5, 4, 3, 2, 0]) {
    const shown = columns.filter(({ spare }) => spare <= most);
    const lines = table(
      shown.map(({ heading }) => heading),
      all.map((row) => shown.map(({ cell }) => cell(row))),
    );
    if (most > 0 && lines.some((line) => line.length > width)) continue;
    return rows.length > 1 ? [...lines.slice(0, -1), lines[1] ?? '', ...lines.slice(-1)] : lines;
  }
  return [];
};

export const modelTable = (rows: readonly ModelRow[]): readonly string[] =>
  table(
    ['model', 'runs', 'calls', 'tokens in', 'cached', 'tokens out', '$', 'prompts'],
    rows.map(({ model, runs, calls, inputTokens, cachedTokens, outputTokens, dollars: paid, prompts }) => [
      model,
      whole(runs),
      whole(calls),
      whole(inputTokens),
      whole(cachedTokens),
      whole(outputTokens),
      dollars(paid),
      prompts.join(' '),
    ]),
  );

/** A line as `--json` gives it. */
export const costJson = (grouping: Grouping, { key, pipeline, estimated, ...rest }: CostRow): object => ({
  ...(pipeline === undefined ? {} : { pipeline }),
  [grouping]: key,
  ...rest,
  ...(estimated === undefined ? {} : { estimatedPerRun: estimated, actualPerRun: rest.aws / rest.runs }),
});

export const isHeddle = ({ key }: Pick<CostRow, 'key'>): boolean => key === heddleKey;
