import { discardLetters } from '../../ledger/index.ts';
import type { DeadLetter, LostStart } from '../../records/index.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { filterOptions, find } from '../dead-letters/find.ts';
import { discardStart } from '../dead-letters/lost-starts.ts';
import { type AnyLetter, printLetters } from '../dead-letters/table.ts';
import { whoAmI } from '../redo.ts';
import { print, remark } from '../setting.ts';
import { openTarget, type Target, targetOptions } from '../target.ts';

const { all: _, ...filters } = filterOptions;

export const deadLettersDiscard: Command = {
  words: 'dead-letters discard',
  says: 'close dead letters that nobody is to replay, with a reason',
  operands: [{ name: 'id', required: false }],
  options: {
    because: { value: 'TEXT', says: 'why, for the audit trail (required)' },
    go: { says: 'do it; without it what would be closed is printed' },
    ...filters,
    json: { says: 'one object a line' },
    ...targetOptions,
  },
  run: async (given, setting) => {
    const because = given.text('because');
    if (because === undefined)
      throw new CliError(
        'HDL654',
        2,
        'heddle dead-letters discard was given no reason',
        'a reason that others can read later',
        'say it with --because TEXT',
      );
    const target = await openTarget(given, setting, 'none');
    try {
      const { letters, starts } = await find(target, given.operands[0], given, setting.now());
      const count = letters.length + starts.length;
      const [json, go] = [given.has('json'), given.has('go')];
      if (!json || !go) printLetters([...letters, ...starts], json, setting);
      if (!go) {
        remark(setting, ['', `${count} would be discarded. Nothing is done yet: add --go.`]);
        return 0;
      }
      const at = new Date(setting.now()).toISOString();
      const by = whoAmI();
      let discarded = 0;
      for (const pipeline of new Set(letters.map((letter) => letter.pipeline))) {
        const own = letters.filter((letter) => letter.pipeline === pipeline);
        const { aws, ledger } = target;
        discarded += await discardLetters(aws, ledger, await target.pipeline(pipeline), own, { by, at, because });
      }
      for (const lost of starts) if (await discardStart(target, lost, { by, at, because })) discarded += 1;
      if (json) printLetters(await asClosed(target, letters, starts), true, setting);
      else print(setting, ['', `${discarded} discarded.`]);
      return 0;
    } finally {
      await target.close();
    }
  },
};

/** As the ledger has them now: what another did meanwhile is there too. */
const asClosed = async (
  { ledger }: Target,
  letters: readonly DeadLetter[],
  starts: readonly LostStart[],
): Promise<readonly AnyLetter[]> => {
  const closed: AnyLetter[] = [];
  for (const letter of letters) closed.push((await ledger.deadLetters.get(letter)) ?? letter);
  for (const lost of starts) closed.push((await ledger.lostStarts.get(lost.id)) ?? lost);
  return closed;
};
