import type { Arguments, Command } from '../command.ts';
import { filterOptions, find } from '../dead-letters/find.ts';
import { printLetters } from '../dead-letters/table.ts';
import { print } from '../setting.ts';
import { openTarget, targetOptions } from '../target.ts';

const usualLimit = 50;

const isNarrowed = ({ operands, text }: Arguments): boolean =>
  operands.length > 0 || Object.keys(filterOptions).some((name) => text(name) !== undefined);

export const deadLettersList: Command = {
  words: 'dead-letters list',
  says: 'list what used up its policy and waits for a person, newest first; as start/… what could not start a run',
  operands: [{ name: 'run', required: false }],
  options: {
    ...filterOptions,
    limit: { value: 'N', says: `at most so many (default: ${usualLimit})` },
    json: { says: 'one object a line' },
    ...targetOptions,
  },
  run: async (given, setting) => {
    const limit = given.whole('limit', 1) ?? usualLimit;
    const target = await openTarget(given, setting, 'none');
    try {
      const found = await find(target, given.operands[0], given, setting.now());
      const letters = [...found.letters, ...found.starts].toSorted((a, b) => b.lastAt.localeCompare(a.lastAt));
      if (letters.length === 0 && !given.has('json'))
        print(setting, [`No ${isNarrowed(given) ? 'such ' : ''}dead letter in ${target.name}.`]);
      else printLetters(letters.slice(0, limit), given.has('json'), setting);
      const more = letters.length - limit;
      if (more > 0 && !given.has('json'))
        print(setting, [`… and ${more.toLocaleString('en-US')} more: --limit, or narrow it down`]);
      return 0;
    } finally {
      await target.close();
    }
  },
};
