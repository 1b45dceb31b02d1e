import type { RunRecord } from '../../records/index.ts';
import { nearest } from '../../support/nearest.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { unknownPipeline } from '../find-pipeline.ts';
import { paintFor } from '../paint.ts';
import { readOutput } from '../run-output.ts';
import { type RunReport, reportOn } from '../run-report.ts';
import { runJson, viewRun } from '../run-view.ts';
import { columnsOf, print, printJson } from '../setting.ts';
import { openTarget, type Target, targetOptions } from '../target.ts';

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
      const report = await readReport(target, record);
      const now = setting.now();
      if (given.has('json')) {
        const { upstream, executionArn } = record;
        const { output } = report;
        const stageRecords = report.stages.map(withoutKeys);
        const letters = report.deadLetters.map(withoutKeys);
        printJson(setting, [{ ...runJson(report, now), upstream, executionArn, stageRecords, letters, output }]);
      } else print(setting, reportOn(report, { now, width: columnsOf(setting.stdout), paint: paintFor(setting) }));
      return 0;
    } finally {
      await target.close();
    }
  },
};

/** A record less the table's own keys, which come with it. */
const withoutKeys = (record: object): object =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== 'pk' && name !== 'sk'));

/** Throws CliError HDL606, HDL615. */
const findRun = async (target: Target, id: string, name: string | undefined): Promise<RunRecord> => {
  const { pipelines } = target.manifest;
  if (name !== undefined && !pipelines.includes(name)) throw unknownPipeline(name, pipelines, target.name);
  const looked = name === undefined ? pipelines : [name];
  const found = await Promise.all(looked.map((pipeline) => target.ledger.runs.get(pipeline, id)));
  const records = found.filter((record) => record !== undefined);
  const [record, other] = records;
  if (record && !other) return record;
  if (record && other) {
    const both = records.map(({ pipeline }) => pipeline);
    const fix = `add --pipeline ${both[0]}`;
    throw new CliError('HDL615', 2, `${both.join(' and ')} each have a run '${id}'`, 'the run of one pipeline', fix);
  }
  const recent = (await Promise.all(looked.map((pipeline) => target.ledger.runs.latest(pipeline, 50)))).flat();
  const known = recent.map((recorded) => recorded.run);
  const near = known.find((candidate) => id.length > 2 && candidate.startsWith(id)) ?? nearest(id, known);
  throw new CliError(
    'HDL615',
    2,
    `there is no run '${id}' in ${target.name}`,
    'the id of a run, as npx heddle runs shows it',
    near ? `did you mean ${near}?` : 'see npx heddle runs',
  );
};

const readReport = async (target: Target, record: RunRecord): Promise<RunReport> => {
  const [view, deadLetters, output] = await Promise.all([
    viewRun(target, record),
    target.ledger.deadLetters.list(record.pipeline, record.run),
    readOutput(target.ledger, record),
  ]);
  return { ...view, deadLetters, output };
};
