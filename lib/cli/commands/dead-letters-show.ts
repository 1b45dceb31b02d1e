import { type DeadLetter, type Json, letterName } from '../../records/index.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { filterOptions, findLetters } from '../dead-letters/find.ts';
import { letterJson } from '../dead-letters/table.ts';
import { valueLines } from '../run-output.ts';
import { columnsOf, print, printJson } from '../setting.ts';
import { openTarget, type Target, targetOptions } from '../target.ts';

export const deadLettersShow: Command = {
  words: 'dead-letters show',
  says: 'show one dead letter: its cause, and the input it failed on',
  operands: [{ name: 'id', required: true }],
  options: {
    pipeline: filterOptions.pipeline ?? { says: '' },
    json: { says: 'as one object on one line' },
    ...targetOptions,
  },
  run: async (given, setting) => {
    const target = await openTarget(given, setting);
    try {
      const id = given.operands[0] ?? '';
      const all = { ...given, has: (option: string) => option === 'all' || given.has(option) };
      const [letter, other] = await findLetters(target, id, all, setting.now());
      if (!letter || other)
        throw new CliError(
          'HDL652',
          2,
          other ? `${id} names more than one dead letter` : `there is no dead letter ${id}`,
          'the id of one: <run>/<stage>, or <run>/<stage>/<item>',
          'see npx heddle dead-letters list',
        );
      const input = await inputOf(target, letter);
      if (given.has('json')) printJson(setting, [{ ...letterJson(letter), input }]);
      else {
        print(setting, factsOf(letter));
        print(setting, [
          '',
          'Input',
          ...valueLines(input, Math.min(columnsOf(setting.stdout), 160), 40, 'dead-letters show'),
        ]);
      }
      return 0;
    } finally {
      await target.close();
    }
  },
};

/** What it failed on. Throws CliError HDL653 when its object is gone. */
const inputOf = async ({ ledger, manifest }: Target, letter: DeadLetter): Promise<Json> => {
  const { input } = letter;
  if (!input) return null;
  if (input.kind === 'object' && !(await ledger.payloads.exists(input)))
    throw new CliError(
      'HDL653',
      2,
      `the input of ${letterName(letter)}, s3://${manifest.payloadBucket}/${input.key}, is gone`,
      'the object that was stored when it failed',
      'restore the object, or discard the dead letter',
    );
  return (await ledger.payloads.load(input)) as Json; // it was stored as JSON
};

const factsOf = (letter: DeadLetter): readonly string[] => {
  const { pipeline, partition, error, cause, attempts, firstAt, lastAt, definitionHash } = letter;
  const { state = 'open', closedBy, closedAt, because } = letter;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['state', closedBy === undefined ? state : `${state} by ${closedBy}, ${closedAt ?? ''}: ${because ?? ''}`],
    ['pipeline', pipeline],
    ['partition', partition],
    ['error', error],
    ['cause', cause],
    ['attempts', String(attempts)],
    ['first', firstAt],
    ['last', lastAt],
    ['definition', definitionHash],
  ];
  return [
    letterName(letter),
    ...facts.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(10)}  ${value}`])),
  ];
};
