import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { readMoment } from '../dead-letters/moment.ts';
import { unknownPipeline } from '../find-pipeline.ts';
import { type Quality, qualityOf } from '../quality/gather.ts';
import { historyTable, qualityTable } from '../quality/report.ts';
import { columnsOf, print, printJson } from '../setting.ts';
import { cutTo } from '../table.ts';
import { openTarget, targetOptions } from '../target.ts';

const usualSince = '7d';
const usualBaseline = '28d';

export const quality: Command = {
  words: 'quality',
  says: 'scores and checks of runs, their limits, and whether they have drifted',
  operands: [{ name: 'pipeline', required: false }],
  options: {
    since: { value: 'WHEN', says: `runs asked for since then: 7d, 6h, or a date (default: ${usualSince})` },
    baseline: { value: 'WHEN', says: `compared with those from then to --since (default: ${usualBaseline} before it)` },
    of: { value: 'NAME', says: 'each run of this score, or of the check of this name' },
    json: { says: 'one object a line, with each run in `readings`' },
    ...targetOptions,
  },
  notes: [
    "Handlers score with score('faithful', 0.83, { warn: { below: 0.8 }, block: { below: 0.6 } }); checks are flow.check's.",
    'Drift: the means of runs are compared by the test of Mann and Whitney (1947), from eight runs in each window on. It is told where',
    'p < 0.01 and a run of the one window is the better one in 64 of 100 pairs (Vargha and Delaney 2000: a difference of medium size).',
  ],
  run: async (given, setting) => {
    const now = setting.now();
    const since = readMoment('since', given.text('since') ?? usualSince, now) ?? '';
    const baseline = readMoment('baseline', given.text('baseline') ?? usualBaseline, Date.parse(since)) ?? '';
    if (baseline >= since && given.text('baseline') !== undefined)
      throw new CliError(
        'HDL603',
        2,
        `--baseline is ${baseline}`,
        `a time before --since, ${since}`,
        'give an earlier one',
      );
    const target = await openTarget(given, setting, 'none');
    try {
      const { pipelines } = target.manifest;
      const [name] = given.operands;
      if (name !== undefined && !pipelines.includes(name)) throw unknownPipeline(name, pipelines, target.name);
      const to = new Date(now).toISOString();
      const runs = await Promise.all(
        (name === undefined ? pipelines : [name]).map((pipeline) =>
          target.ledger.runs.accounts(pipeline, baseline, to),
        ),
      );
      const all = qualityOf(runs.flat(), since);
      const of = given.text('of');
      const shown = of === undefined ? all : all.filter((one) => one.name === of);
      if (of !== undefined && shown.length === 0) throw unknownScore(of, all);
      if (given.has('json')) printJson(setting, shown);
      else if (shown.length === 0) print(setting, ['No run of that time has a score or a check.']);
      else if (of === undefined) print(setting, qualityTable(shown, columnsOf(setting.stdout)));
      else
        print(
          setting,
          shown.flatMap((one) => [
            `${one.pipeline}.${one.stage}`,
            '',
            ...cutTo(columnsOf(setting.stdout), historyTable(one)),
            '',
          ]),
        );
      return 0;
    } finally {
      await target.close();
    }
  },
};

/** HDL811: no run of that time has a score or check of this name. Fix: see `heddle quality` for those that there are, or look further back with --since. */
const unknownScore = (name: string, all: readonly Quality[]): CliError =>
  new CliError(
    'HDL811',
    2,
    `no run of that time has a score or a check '${name}'`,
    all.length > 0 ? `one of ${[...new Set(all.map((one) => one.name))].join(', ')}` : 'runs with scores or checks',
    'correct the name, or look further back with --since',
  );
