import { ago, oneLine } from '../../support/words.ts';
import type { Command } from '../command.ts';
import { readApprovals } from '../console/read-waiting.ts';
import { columnsOf, print, printJson, remark } from '../setting.ts';
import { cutTo, table } from '../table.ts';
import { openTarget, targetOptions } from '../target.ts';

const longestPrompt = 60;

export const approvals: Command = {
  words: 'approvals',
  says: 'the questions that runs wait with for a person, the oldest first',
  operands: [],
  options: { json: { says: 'one object a line' }, ...targetOptions },
  notes: ["Answer one: npx heddle answer <run> <question> --json '{ … }'."],
  run: async (given, setting) => {
    const target = await openTarget(given, setting, 'none');
    try {
      const { questions, looked, beyond } = await readApprovals({ target });
      if (beyond) remark(setting, [`More than ${looked} runs are under way; ${looked} of them were looked at.`]);
      if (given.has('json'))
        printJson(
          setting,
          questions.map(({ run, stage, question, shown, since, until }) => ({
            ...run,
            question: stage,
            prompt: question.prompt,
            shown: 'value' in shown ? shown.value : null,
            answer: question.schema,
            since,
            until,
          })),
        );
      else if (questions.length === 0) print(setting, ['No run waits for an answer.']);
      else {
        const now = setting.now();
        const rows = questions.map(({ run, stage, question, since, until }) => [
          run.pipeline,
          run.run,
          stage,
          oneLine(question.prompt, longestPrompt),
          since === undefined ? '–' : ago(since, now),
          until?.slice(0, 16).replace('T', ' ') ?? '–',
        ]);
        const headings = ['pipeline', 'run', 'question', 'asks', 'since', 'until (UTC)'];
        print(setting, cutTo(columnsOf(setting.stdout), table(headings, rows)));
      }
      return 0;
    } finally {
      await target.close();
    }
  },
};
