import { styleText } from 'node:util';
import type { LogLine } from '../../records/index.ts';
import { nearest } from '../../support/nearest.ts';
import { plain } from '../../support/words.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { findRun } from '../find-run.ts';
import { isBad, readLogs, type WantedLines } from '../logs/read.ts';
import { isPlain } from '../paint.ts';
import { print, printJson, remark, type Setting } from '../setting.ts';
import { openTarget, targetOptions } from '../target.ts';
import { withoutRound } from '../without-round.ts';

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
      const looked = records.filter((record) => stage === undefined || record.stage === stage);
      // All rounds of a repetition share a function; a fallback has one of its own.
      const functions = looked.flatMap(({ stage: id, primary }) => {
        const shared = withoutRound(id);
        return primary ? [shared, `${shared}.fallback`] : [shared];
      });
      const limit = given.whole('limit', 1) ?? usualLimit;
      const wanted = { ...(stage === undefined ? {} : { stage }), isBad: given.has('errors') };
      const orchestrator = target.manifest.orchestrator;
      const { lines, cut } = await readLogs(target.aws, orchestrator, run, [...new Set(functions)], limit, wanted);
      if (given.has('json')) printJson(setting, lines);
      else print(setting, lines.length > 0 ? lines.map((line) => shown(line, setting)) : [nothing(wanted)]);
      if (cut) remark(setting, [`There are more lines than ${limit}: give --limit, --stage or --errors.`]);
      return 0;
    } finally {
      await target.close();
    }
  },
};

const nothing = ({ stage, isBad: onlyBad }: WantedLines): string =>
  `${onlyBad ? 'No warning and no error' : 'Nothing'} was logged${stage === undefined ? '' : ` by ${stage}`}.`;

const shown = (line: LogLine, setting: Setting): string => {
  const { at, stage, level, message, fields } = line;
  const { requestId: _, error, ...rest } = fields;
  const { name, message: why } = (error ?? {}) as { readonly name?: string; readonly message?: string };
  const more = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : '';
  const said = plain(`${message}${name === undefined ? '' : `: ${name}: ${why}`}${more}`);
  const text = `${at.slice(11, 23)}  ${stage}  ${level.padEnd(5)}  ${said}`;
  return isPlain(setting) || !isBad(line)
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
