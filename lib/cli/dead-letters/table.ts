import { type DeadLetter, type LostStart, letterName, lostStartName } from '../../records/index.ts';
import { ago, oneLine } from '../../support/words.ts';
import { columnsOf, print, printJson, type Setting } from '../setting.ts';
import { cutTo, table } from '../table.ts';
import { withoutKeys } from '../without-keys.ts';

/** A dead letter of a run, or of a trigger that could start none. */
export type AnyLetter = DeadLetter | LostStart;

const isStart = (letter: AnyLetter): letter is LostStart => 'trigger' in letter;

const nameOf = (letter: AnyLetter): string => (isStart(letter) ? lostStartName(letter) : letterName(letter));

/** A letter as `--json` gives it. */
export const letterJson = (letter: AnyLetter): object => {
  const { notified: _, told: __, ...fields } = withoutKeys(letter) as { [field: string]: unknown };
  return { ...fields, id: nameOf(letter) };
};

/** Prints letters as a table, newest first, with their state where some are closed; with `json` one object a line. */
export const printLetters = (found: readonly AnyLetter[], json: boolean, setting: Setting): void => {
  if (json) {
    printJson(setting, found.map(letterJson));
    return;
  }
  const isOpen = found.every(({ state = 'open' }) => state === 'open');
  const now = setting.now();
  const rows = found.map((letter) => [
    nameOf(letter),
    letter.pipeline ?? '–',
    ago(letter.lastAt, now),
    ...(isOpen ? [] : [letter.state ?? 'open']),
    String(letter.attempts),
    letter.error,
    oneLine(isStart(letter) ? `${letter.trigger}: ${letter.cause}` : letter.cause, 160),
  ]);
  const headings = ['id', 'pipeline', 'failed', ...(isOpen ? [] : ['state']), 'attempts', 'error', 'cause'];
  print(setting, cutTo(columnsOf(setting.stdout), table(headings, rows)));
};
