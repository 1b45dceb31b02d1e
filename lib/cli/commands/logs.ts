import { styleText } from 'node:util';
import { nearest } from '../../support/nearest.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { findRun } from '../find-run.ts';
import { type LogLine, readLogs } from '../logs/read.ts';
import { print, printJson, remark, type Setting } from '../setting.ts';
import { openTarget, targetOptions } from '../target.ts';

const usualLimit = 1_000;

export const logs: Command = {
  words: 'logs',
  says: 'what the handlers of a run logged',
  operands: [{ name: 'run', required: true }],
  options: {
    stage: { value: 'S', says: 'of this stage only' },
    errors: { says: 'warnings and errors only' },
    limit: { value: 'N', says: `at most so many lines, the oldest (default: ${usualLimit})` },
    pipeline: { value: 'P', says: 'look in this pipeline only' },
    json: { says: 'one object a line' },
    ...targetOptions,
  },
  notes: [
    "Lines of the handler's `log`, and the wrapper's own: they carry the run. What else a handler prints is in its log group.",
  ],
  run: async (given, setting) => {
    const target = await openTarget(given, setting, 'none');
    try {
      const run = await findRun(target, given.operands[0] ?? '', given.text('pipeline'));
      const records = await target.ledger.stages.list(run.pipeline, run.run);
      const stage = given.text('stage');
      const names = records.map((record) => record.stage);
      if (stage !== undefined && !names.includes(stage)) throw unknownStage(stage, names, run.run);
      const wanted = records.filter((record) => stage === undefined || record.stage === stage);
      // All rounds of a repetition share a function; a fallback has one of its own.
      const functions = wanted.flatMap(({ stage: id, primary }) => {
        const shared = id.replace(/(Round\d+)+$/, '');
        return primary ? [shared, `${shared}.fallback`] : [shared];
      });
      const limit = given.whole('limit', 1) ?? usualLimit;
      const found = await readLogs(target.aws, target.manifest.orchestrator, run, [...new Set(functions)], limit);
      const lines = found.lines.filter(
        (line) => (stage === undefined || line.stage === stage) && (!given.has('errors') || isBad(line)),
      );
      if (given.has('json')) printJson(setting, lines);
      else print(setting, lines.length > 0 ? lines.map((line) => shown(line, setting)) : ['Nothing was logged.']);
      if (found.cut) remark(setting, [`There is more than ${limit} lines: give --limit, or --stage.`]);
      return 0;
    } finally {
      await target.close();
    }
  },
};

const isBad = ({ level }: LogLine): boolean => ['WARN', 'ERROR', 'CRITICAL'].includes(level);

const shown = ({ at, stage, level, message, fields }: LogLine, { stdout, environment }: Setting): string => {
  const { requestId: _, error, ...rest } = fields;
  const { name, message: why } = (error ?? {}) as { readonly name?: string; readonly message?: string };
  const more = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : '';
  const text = `${at.slice(11, 23)}  ${stage}  ${level.padEnd(5)}  ${message}${name === undefined ? '' : `: ${name}: ${why}`}${more}`;
  const isPlain = !stdout.isTerminal || Boolean(environment.NO_COLOR);
  return isPlain || !isBad({ level } as LogLine)
    ? text
    : styleText(level === 'WARN' ? 'yellow' : 'red', text, { validateStream: false });
};

const unknownStage = (name: string, known: readonly string[], run: string): CliError => {
  const near = nearest(name, known);
  return new CliError(
    'HDL603',
    2,
    `--stage is '${name}', and the run ${run} has come to none of that name`,
    `one of ${known.join(', ')}`,
    near ? `did you mean ${near}?` : 'correct the name, or leave it out',
  );
};
