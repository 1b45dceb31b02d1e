import { estimate } from '../../asl/index.ts';
import { graphOf } from '../../graph/index.ts';
import { dollarsOf, type Prices, sumBills, sumSpent, type Usage } from '../../records/index.ts';
import { nearest } from '../../support/nearest.ts';
import { CliError } from '../cli-error.ts';
import type { Arguments, Command } from '../command.ts';
import {
  byDay,
  byModel,
  byPipeline,
  byStage,
  type CostRow,
  type Grouping,
  groupings,
  isAccounted,
  type Spending,
} from '../cost/gather.ts';
import { costJson, costTable, isHeddle, modelTable } from '../cost/report.ts';
import { readMoment } from '../dead-letters/moment.ts';
import { unknownPipeline } from '../find-pipeline.ts';
import { pricesFile, readPrices } from '../prices.ts';
import { columnsOf, print, printJson, remark, type Setting } from '../setting.ts';
import { cutTo } from '../table.ts';
import { openTarget, type Target, targetOptions } from '../target.ts';

const usualSince = '30d';

export const cost: Command = {
  words: 'cost',
  says: 'what runs cost, by stage, day, model or pipeline, beside what was estimated',
  operands: [{ name: 'pipeline', required: false }],
  options: {
    since: { value: 'WHEN', says: `runs asked for since then: 30d, 6h, or a date (default: ${usualSince})` },
    until: { value: 'WHEN', says: 'and until then (default: now)' },
    by: { value: 'WHAT', says: `${groupings.join(', ')} (default: pipeline; of one pipeline, stage)` },
    prices: { value: 'FILE', says: `prices to use instead (default: ${pricesFile} of the app, else list prices)` },
    json: { says: 'one object a line' },
    ...targetOptions,
  },
  notes: [
    'Counted where it was used: states, Lambda time, units of the ledger, and what handlers declare with cost.add and cost.model.',
    `Prices are list prices of us-east-1; ${pricesFile} says yours, of models and services too. Nothing on this machine is charged.`,
  ],
  run: async (given, setting) => {
    const prices = readPrices(setting, given.text('prices'));
    const grouping = groupingOf(given);
    const now = setting.now();
    const from = readMoment('since', given.text('since') ?? usualSince, now) ?? '';
    const to = readMoment('until', given.text('until'), now) ?? new Date(now).toISOString();
    if (from > to)
      throw new CliError(
        'HDL603',
        2,
        `--since is ${from}`,
        `a time before ${to}`,
        'give an earlier one, or a later --until',
      );
    const target = await openTarget(given, setting, 'none');
    try {
      const all = await readSpending(target, given.operands[0], from, to);
      if (grouping === 'model') tellModels(setting, given, all, prices);
      else {
        const estimates = await estimatesOf(setting, all, prices);
        const rows = { stage: byStage, day: byDay, pipeline: byPipeline }[grouping](all, prices).map((row) => {
          const estimated = estimates(row, grouping);
          return estimated === undefined ? row : { ...row, estimated };
        });
        tellRows(setting, given, grouping, rows, all.flatMap(({ runs }) => runs.filter(isAccounted)).length);
      }
      tellLimits(setting, all, prices);
      return 0;
    } finally {
      await target.close();
    }
  },
};

/** HDL603 for what is no grouping. */
const groupingOf = (given: Arguments): Grouping => {
  const said = given.text('by') ?? (given.operands[0] === undefined ? 'pipeline' : 'stage');
  const known = groupings.find((grouping) => grouping === said);
  if (known) return known;
  const near = nearest(said, groupings);
  const fix = near ? `did you mean ${near}?` : 'see npx heddle cost --help';
  throw new CliError('HDL603', 2, `--by is '${said}'`, `one of ${groupings.join(', ')}`, fix);
};

/** One query of the index of runs for each pipeline, over the span alone; and one manifest. */
export const readSpending = async (
  target: Target,
  name: string | undefined,
  from: string,
  to: string,
): Promise<readonly Spending[]> => {
  const { pipelines } = target.manifest;
  if (name !== undefined && !pipelines.includes(name)) throw unknownPipeline(name, pipelines, target.name);
  return Promise.all(
    (name === undefined ? pipelines : [name]).map(async (pipeline) => ({
      pipeline,
      runs: await target.ledger.runs.accounts(pipeline, from, to),
      overhead: (await target.pipeline(pipeline)).overhead ?? {},
    })),
  );
};

/** The mean number of items that each map had. */
const usualItems = (all: readonly Spending[], name: string): { readonly [map: string]: number } => {
  const runs = all.find(({ pipeline }) => pipeline === name)?.runs ?? [];
  const counts = new Map<string, { sum: number; runs: number }>();
  for (const { account } of runs)
    for (const [stage, { items }] of Object.entries(account?.stages ?? {})) {
      if (items === undefined) continue;
      const before = counts.get(stage) ?? { sum: 0, runs: 0 };
      counts.set(stage, { sum: before.sum + items, runs: before.runs + 1 });
    }
  return Object.fromEntries([...counts].map(([stage, own]) => [stage, Math.round(own.sum / own.runs)]));
};

/** AWS dollars of one run by the estimates of this app's definitions, of those pipelines that ran, with the items that they had. */
const estimatesOf = async (setting: Setting, all: readonly Spending[], prices: Prices) => {
  const ran = new Set(all.flatMap(({ pipeline, runs }) => (runs.length > 0 ? [pipeline] : [])));
  const definitions = (await setting.loadPipelines()).filter(({ name }) => ran.has(name));
  const estimates = new Map(
    definitions.map((pipeline) => [
      pipeline.name,
      estimate(graphOf(pipeline), { items: usualItems(all, pipeline.name) }),
    ]),
  );
  return ({ key, pipeline }: CostRow, grouping: Grouping): number | undefined => {
    const estimated = estimates.get(pipeline ?? key);
    const usage: Usage | undefined =
      grouping === 'pipeline'
        ? estimated?.happy.usage
        : isHeddle({ key })
          ? estimated?.heddle.happy.usage
          : estimated?.stages.find(({ stage }) => stage === key)?.happy.usage;
    return usage && grouping !== 'day' ? dollarsOf(usage, prices) : undefined;
  };
};

const tellRows = (
  setting: Setting,
  given: Arguments,
  grouping: Exclude<Grouping, 'model'>,
  rows: readonly CostRow[],
  runs: number,
): void => {
  if (given.has('json')) {
    printJson(
      setting,
      rows.map((row) => costJson(grouping, row)),
    );
    return;
  }
  if (rows.length === 0) {
    print(setting, ['No run ended in that time.']);
    return;
  }
  const sum: CostRow = {
    key: grouping === 'stage' ? '' : 'all',
    pipeline: 'all',
    runs,
    spent: sumSpent(rows.map(({ spent }) => spent)),
    ...sumBills(rows),
  };
  print(setting, costTable(grouping, rows, sum, columnsOf(setting.stdout)));
};

const tellModels = (setting: Setting, given: Arguments, all: readonly Spending[], prices: Prices): void => {
  const rows = byModel(all, prices);
  if (given.has('json')) printJson(setting, rows);
  else if (rows.length > 0) print(setting, cutTo(columnsOf(setting.stdout), modelTable(rows)));
  else
    print(setting, ['No handler told of a model in that time: call cost.model({ model, inputTokens, outputTokens }).']);
};

/** What the figures leave out, on stderr. */
const tellLimits = (setting: Setting, all: readonly Spending[], prices: Prices): void => {
  const runs = all.flatMap((spending) => spending.runs);
  const underWay = runs.filter(({ endedAt }) => endedAt === undefined).length;
  const untold = runs.filter((run) => run.endedAt !== undefined && !isAccounted(run)).length;
  const stages = runs.flatMap(({ account }) => Object.values(account?.stages ?? {}));
  const killed = stages.reduce((sum, stage) => sum + (stage.killed ?? 0), 0);
  const { unpriced } = sumBills(byPipeline(all, prices));
  remark(setting, [
    `Prices of ${prices.region}, read ${prices.readOn}.`,
    ...(underWay > 0 ? [`${underWay} run(s) have not ended and are not in it.`] : []),
    ...(untold > 0 ? [`${untold} run(s) ended without an account and are not in it.`] : []),
    ...(killed > 0 ? [`${killed} attempt(s) were killed before they could tell what they used.`] : []),
    ...(unpriced.length > 0 ? [`No price is known of ${unpriced.join(', ')}: add it to ${pricesFile}.`] : []),
  ]);
};
