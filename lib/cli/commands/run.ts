import { historyOf, type Prices, type RunRecord } from '../../records/index.ts';
import type { Command } from '../command.ts';
import { findRun } from '../find-run.ts';
import { paintFor } from '../paint.ts';
import { readPrices } from '../prices.ts';
import { type ItemProgress, itemsSoFar, openMapRuns } from '../progress/index.ts';
import { runCosts } from '../run-cost.ts';
import { readOutput } from '../run-output.ts';
import { type RunReport, reportOn } from '../run-report.ts';
import { runJson, viewRun } from '../run-view.ts';
import { columnsOf, print, printJson } from '../setting.ts';
import { openTarget, type Target, targetOptions } from '../target.ts';
import { withoutKeys } from '../without-keys.ts';

export const run: Command = {
  words: 'run',
  says: 'show one run: stages, attempts, dead letters, output',
  operands: [{ name: 'id', required: true }],
  options: {
    pipeline: { value: 'P', says: 'look in this pipeline only' },
    json: { says: 'everything as one object on one line' },
    ...targetOptions,
  },
  run: async (given, setting) => {
    const target = await openTarget(given, setting, 'none');
    try {
      const record = await findRun(target, given.operands[0] ?? '', given.text('pipeline'));
      const report = await readReport(target, record, readPrices(setting, undefined));
      const now = setting.now();
      if (given.has('json')) {
        const { upstream, executionArn } = record;
        const { output } = report;
        const stageRecords = report.stages.map(withoutKeys);
        const letters = report.deadLetters.map(withoutKeys);
        const audit = report.audit.map(withoutKeys);
        const undos = report.undos?.map(withoutKeys);
        printJson(setting, [
          { ...runJson(report, now), upstream, executionArn, stageRecords, undos, letters, audit, output },
        ]);
      } else print(setting, reportOn(report, { now, width: columnsOf(setting.stdout), paint: paintFor(setting) }));
      return 0;
    } finally {
      await target.close();
    }
  },
};

const readReport = async (target: Target, record: RunRecord, prices: Prices): Promise<RunReport> => {
  const [view, deadLetters, audit, output] = await Promise.all([
    viewRun(target, record, runCosts(target, prices)),
    target.ledger.deadLetters.list(record.pipeline, record.run),
    target.ledger.audit.list(record.pipeline, record.run),
    readOutput(target.ledger, record),
  ]);
  const progress = new Map<string, ItemProgress>();
  const mapRuns = openMapRuns(target.aws);
  for (const stage of view.stages) {
    const items = stage.status === 'running' && (await itemsSoFar(target.ledger, record, stage, mapRuns));
    if (items) progress.set(stage.stage, items);
  }
  return { ...view, deadLetters, audit: historyOf(audit, deadLetters), output, progress };
};
