import {
  type DeadLetter,
  type Json,
  type LostStart,
  letterName,
  lostStartName,
  type StoredPayload,
} from '../../records/index.ts';
import { plain } from '../../support/words.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { filterOptions, find } from '../dead-letters/find.ts';
import { bodyOf } from '../dead-letters/lost-starts.ts';
import { letterJson } from '../dead-letters/table.ts';
import { valueLines } from '../run-output.ts';
import { columnsOf, print, printJson, type Setting } from '../setting.ts';
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
    const target = await openTarget(given, setting, 'none');
    try {
      const id = given.operands[0] ?? '';
      const all = { ...given, has: (option: string) => option === 'all' || given.has(option) };
      if (!id.includes('/')) throw notOne(id, `${id} is no dead letter's id`);
      const { letters, starts } = await find(target, id, all, setting.now());
      const [lost] = starts;
      if (lost) {
        await showStart(target, lost, given.has('json'), setting);
        return 0;
      }
      const [letter, other] = letters;
      if (!letter || other)
        throw notOne(id, other ? `${id} names more than one dead letter` : `there is no dead letter ${id}`);
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

const notOne = (id: string, found: string): CliError =>
  new CliError(
    'HDL652',
    2,
    found,
    'the id of one: <run>/<stage>, <run>/<stage>/<item>, or start/<id> of what could not start a run',
    `copy it from npx heddle dead-letters list${id.includes('/') ? ` ${id.split('/')[0]}` : ''}`,
  );

const showStart = async (target: Target, lost: LostStart, json: boolean, setting: Setting): Promise<void> => {
  if (!(await target.ledger.payloads.exists(lost.message))) throw gone(target, lostStartName(lost), lost.message);
  const body = await bodyOf(target, lost);
  if (json) {
    printJson(setting, [{ ...letterJson(lost), message: body }]);
    return;
  }
  const { pipeline, trigger, error, cause, attempts, firstAt, lastAt, attributes, queue } = lost;
  print(setting, [
    lostStartName(lost),
    ...factLines([
      ['state', stateOf(lost)],
      ['pipeline', pipeline],
      ['trigger', trigger],
      ['error', error],
      ['cause', cause],
      ['attempts', String(attempts)],
      ['first', firstAt],
      ['last', lastAt],
      ['rule', attributes.RULE_ARN],
      ['queue', queue],
    ]),
    '',
    'Message',
    ...valueLines(asJson(body), Math.min(columnsOf(setting.stdout), 160), 40, 'dead-letters show'),
  ]);
};

/** A message is JSON, or whatever somebody has sent. */
const asJson = (body: string): Json => {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
};

/** What it failed on. Throws CliError HDL653 when its object is gone. */
const inputOf = async ({ ledger, manifest }: Target, letter: DeadLetter): Promise<Json> => {
  const { input } = letter;
  if (!input) return null;
  if (input.kind === 'object' && !(await ledger.payloads.exists(input)))
    throw gone({ manifest }, letterName(letter), input);
  return (await ledger.payloads.load(input)) as Json; // it was stored as JSON
};

const gone = ({ manifest }: Pick<Target, 'manifest'>, name: string, payload: StoredPayload): CliError =>
  new CliError(
    'HDL653',
    2,
    `what ${name} failed on, s3://${manifest.payloadBucket}/${payload.kind === 'object' ? payload.key : ''}, is gone`,
    'the object that was stored when it failed',
    'restore the object, or discard the dead letter',
  );

type Facts = readonly (readonly [name: string, value: string | undefined])[];

const factLines = (facts: Facts): readonly string[] =>
  facts.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(10)}  ${plain(value, 14)}`]));

const stateOf = ({ state = 'open', closedBy, closedAt = '', because = '' }: DeadLetter | LostStart): string =>
  closedBy === undefined ? state : `${state} by ${closedBy}, ${closedAt}: ${because}`;

const factsOf = (letter: DeadLetter): readonly string[] => {
  const { pipeline, partition, error, cause, attempts, firstAt, lastAt, definitionHash } = letter;
  const facts: Facts = [
    ['state', stateOf(letter)],
    ['pipeline', pipeline],
    ['partition', partition],
    ['error', error],
    ['cause', cause],
    ['attempts', String(attempts)],
    ['first', firstAt],
    ['last', lastAt],
    ['definition', definitionHash],
  ];
  return [letterName(letter), ...factLines(facts)];
};
