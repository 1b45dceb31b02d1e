// What runs spent, added up by stage, day, model or pipeline. Pure, but for the reading of accounts.
import type { AccountedRun } from '../../ledger/index.ts';
import {
  type Bill,
  billOf,
  dollarsOfModel,
  type Prices,
  type Spent,
  sumBills,
  sumSpent,
  type Usage,
} from '../../records/index.ts';
import { withoutRound } from '../without-round.ts';

export const groupings = ['stage', 'day', 'model', 'pipeline'] as const;
export type Grouping = (typeof groupings)[number];

/** The runs of one pipeline in a span of time, and what a run of it uses that is no stage's own. */
export interface Spending {
  readonly pipeline: string;
  readonly runs: readonly AccountedRun[];
  readonly overhead: Partial<Usage>;
}

/** One line: what `key` cost. Of a stage and a pipeline, per run of it. */
export interface CostRow extends Bill {
  readonly pipeline?: string;
  readonly key: string;
  readonly runs: number;
  readonly items?: number;
  readonly spent: Spent;
  /** Dollars of AWS's own that the definition's estimate says of a run. */
  readonly estimated?: number;
}

export interface ModelRow {
  readonly model: string;
  readonly runs: number;
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number;
  readonly prompts: readonly string[];
  /** Undefined: no price is known. */
  readonly dollars: number | undefined;
}

/** What no stage spent: a line of its own. */
export const heddleKey = '(Heddle)';

/** Ended, and with an account: those of runs that ended before there were accounts cannot be told. */
export const isAccounted = ({ account }: AccountedRun): boolean => account !== undefined;

interface Part {
  readonly key: string;
  readonly run: string;
  readonly spent: Spent;
  readonly items: number;
}

/** Each execution of a run begins and ends. */
const overheadOf = ({ overhead }: Spending, { generation = 1 }: AccountedRun): Spent =>
  sumSpent(Array.from({ length: generation }, () => ({ usage: overhead })));

const partsOf = (spending: Spending, run: AccountedRun): readonly Part[] => {
  const { stages = {}, others } = run.account ?? {};
  return [
    ...Object.entries(stages).map(([stage, { spent, items = 0 }]) => ({
      key: withoutRound(stage),
      run: run.run,
      spent,
      items,
    })),
    ...(others ? [{ key: '(others)', run: run.run, spent: others.spent, items: 0 }] : []),
    { key: heddleKey, run: run.run, spent: overheadOf(spending, run), items: 0 },
  ];
};

const row = (key: string, parts: readonly Part[], by: Prices): CostRow => {
  const spent = sumSpent(parts.map((part) => part.spent));
  const total = (of: (part: Part) => number): number => parts.reduce((sum, part) => sum + of(part), 0);
  return {
    key,
    runs: new Set(parts.map(({ run }) => run)).size,
    items: total(({ items }) => items),
    spent,
    // Each by itself: some handlers say what they paid, of others the table does.
    ...sumBills(parts.map((part) => billOf(part.spent, by))),
  };
};

const grouped = (parts: readonly Part[], by: Prices): readonly CostRow[] => {
  const groups = new Map<string, Part[]>();
  for (const part of parts) {
    const own = groups.get(part.key);
    if (own) own.push(part);
    else groups.set(part.key, [part]);
  }
  return [...groups].map(([key, own]) => row(key, own, by));
};

const dearestFirst = (rows: readonly CostRow[]): readonly CostRow[] => rows.toSorted((a, b) => b.total - a.total);

export const byStage = (all: readonly Spending[], by: Prices): readonly CostRow[] =>
  all.flatMap((spending) =>
    dearestFirst(
      grouped(
        spending.runs.filter(isAccounted).flatMap((run) => partsOf(spending, run)),
        by,
      ),
    ).map((each) => ({ ...each, pipeline: spending.pipeline })),
  );

const whole = (all: readonly Spending[], keyOf: (run: AccountedRun) => string): readonly Part[] =>
  all.flatMap((spending) =>
    spending.runs
      .filter(isAccounted)
      .flatMap((run) =>
        partsOf(spending, run).map((part) => ({ ...part, key: keyOf(run), run: `${run.pipeline} ${run.run}` })),
      ),
  );

export const byPipeline = (all: readonly Spending[], by: Prices): readonly CostRow[] =>
  dearestFirst(
    grouped(
      whole(all, ({ pipeline }) => pipeline),
      by,
    ),
  );

/** Days are of UTC, by when runs were asked for. */
export const byDay = (all: readonly Spending[], by: Prices): readonly CostRow[] =>
  grouped(
    whole(all, ({ createdAt }) => createdAt.slice(0, 10)),
    by,
  ).toSorted((a, b) => a.key.localeCompare(b.key));

export const byModel = (all: readonly Spending[], by: Prices): readonly ModelRow[] => {
  const parts = whole(all, () => '');
  const spent = sumSpent(parts.map((part) => part.spent));
  return Object.entries(spent.models ?? {}).map(([model, use]) => ({
    model,
    runs: new Set(parts.flatMap((part) => (part.spent.models?.[model] ? [part.run] : []))).size,
    calls: use.calls,
    inputTokens: use.inputTokens,
    outputTokens: use.outputTokens,
    cachedTokens: use.cachedTokens ?? 0,
    prompts: use.prompts ?? [],
    dollars: dollarsOfParts(model, parts, by),
  }));
};

const dollarsOfParts = (model: string, parts: readonly Part[], by: Prices): number | undefined => {
  let sum = 0;
  for (const { spent } of parts) {
    const dollars = dollarsOfModel(model, spent, by);
    if (dollars === undefined) return undefined;
    sum += dollars;
  }
  return sum;
};
