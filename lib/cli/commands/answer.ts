import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { AnswerCall, AnswerResult } from '../../records/index.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { findRun } from '../find-run.ts';
import { readInput } from '../run-input.ts';
import { print, remark } from '../setting.ts';
import { openTarget, targetOptions } from '../target.ts';

/** HDL640: heddle answer was given no answer. Fix: add it as --json '{ … }', in the form that the question tells. */
const mostTries = 3;

export const answer: Command = {
  words: 'answer',
  says: 'answer the question that a run waits with',
  operands: [
    { name: 'id', required: true },
    { name: 'question', required: true },
  ],
  options: {
    json: { value: 'JSON|@FILE', says: 'the answer' },
    by: { value: 'NAME', says: 'who answers (default: you, as this machine knows you)' },
    pipeline: { value: 'P', says: 'look in this pipeline only' },
    ...targetOptions,
  },
  notes: ['The question says what it takes: see npx heddle run <id>. A question is answered once.'],
  run: async (given, setting) => {
    const [id = '', stage = ''] = given.operands;
    const text = given.text('json');
    if (text === undefined)
      throw new CliError('HDL640', 2, 'there is no answer', 'its JSON', `add --json '{ … }', as the question shows it`);
    const value = readInput(text, setting.workingDirectory, '--json');
    const target = await openTarget(given, setting);
    try {
      const run = await findRun(target, id, given.text('pipeline'));
      const call: AnswerCall = {
        pipeline: run.pipeline,
        run: run.run,
        stage,
        answer: value,
        by: given.text('by') ?? userInfo().username,
        id: randomUUID(),
      };
      const result = await send(call, (payload) => target.aws.invoke(target.manifest.answerFunction, payload));
      if (result.kind === 'refused') throw new CliError(result.code, 2, result.found, result.expected, result.fix);
      print(setting, [`${stage} of ${run.pipeline} ${run.run} is answered.`]);
      if (target.embedded)
        remark(setting, ['The local engine stops with this command; the run goes on with the next that opens it.']);
      return 0;
    } finally {
      await target.close();
    }
  },
};

/** The id makes it one answer however often it is sent, so a call that broke is made again. */
const send = async (call: AnswerCall, invoke: (payload: AnswerCall) => Promise<unknown>): Promise<AnswerResult> => {
  for (let tries = 1; ; tries++) {
    try {
      return (await invoke(call)) as AnswerResult; // The function is ours.
    } catch (error) {
      if (tries === mostTries) throw error;
    }
  }
};
