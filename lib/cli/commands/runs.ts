import type { Command } from '../command.ts';
import { unknownPipeline } from '../find-pipeline.ts';
import { paintFor } from '../paint.ts';
import { readPrices } from '../prices.ts';
import { runCosts } from '../run-cost.ts';
import { notBegun, runJson, viewRun } from '../run-view.ts';
import { runsTable } from '../runs-table.ts';
import { columnsOf, print, printJson, type Setting } from '../setting.ts';
import { openTarget, type Target, targetOptions } from '../target.ts';

const usualLimit = 20;
/** Runs of a pipeline that are looked through for failed ones. */
const searched = 1_000;

export const runs: Command = {
  words: 'runs',
  says: 'list what ran, newest first',
  operands: [{ name: 'pipeline', required: false }],
  options: {
    failed: { says: 'only failed runs' },
    limit: { value: 'N', says: `at most so many (default: ${usualLimit})` },
    json: { says: 'one object a line' },
    ...targetOptions,
  },
  notes: ['Costs are estimated from what the run did, at list prices; on this machine nothing is charged.'],
  run: async (given, setting) => {
    const limit = given.whole('limit', 1) ?? usualLimit;
    const target = await openTarget(given, setting, 'none');
    try {
      const found = await latest(target, given.operands[0], limit, given.has('failed'));
      const costs = runCosts(target, readPrices(setting, undefined));
      const views = await Promise.all(found.map((run) => viewRun(target, run, costs)));
      if (given.has('json')) {
        printJson(
          setting,
          views.map((view) => runJson(view, setting.now())),
        );
      } else print(setting, views.length > 0 ? tableFor(setting, views) : [nothing(target, given.has('failed'))]);
      return 0;
    } finally {
      await target.close();
    }
  },
};

const latest = async (target: Target, name: string | undefined, limit: number, failed: boolean) => {
  const { pipelines } = target.manifest;
  if (name !== undefined && !pipelines.includes(name)) throw unknownPipeline(name, pipelines, target.name);
  const lists = await Promise.all(
    (name === undefined ? pipelines : [name]).map((pipeline) =>
      target.ledger.runs.latest(pipeline, failed ? searched : limit),
    ),
  );
  return lists
    .flat()
    .filter(({ status }) => !failed || status === 'failed')
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
    .slice(0, limit);
};

const tableFor = (setting: Setting, views: Parameters<typeof runsTable>[0]): readonly string[] => {
  const shown = { now: setting.now(), width: columnsOf(setting.stdout), paint: paintFor(setting) };
  const told = views.flatMap(({ run }) => {
    const why = notBegun(run);
    return why === undefined ? [] : [`${run.run} is ${why}`];
  });
  return [...runsTable(views, shown), ...(told.length > 0 ? ['', ...told] : [])];
};

const nothing = (target: Target, failed: boolean): string =>
  failed ? `No failed run in ${target.name}.` : `No run yet in ${target.name}. Start one: npx heddle start <pipeline>`;
