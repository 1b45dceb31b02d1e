import { type DeadLetter, letterName } from '../../records/index.ts';
import { columnsOf, print, printJson, type Setting } from '../setting.ts';
import { table } from '../table.ts';
import { ago, oneLine } from '../words.ts';

/** A letter as `--json` gives it. */
export const letterJson = (letter: DeadLetter): object => {
  const {
    pk: _,
    sk: __,
    notified: ___,
    ...fields
  } = letter as DeadLetter & { [key in 'pk' | 'sk' | 'notified']?: unknown };
  return { id: letterName(letter), ...fields };
};

/** Prints letters as a table, with their state where some are closed; with `json` one object a line. */
export const printLetters = (letters: readonly DeadLetter[], json: boolean, setting: Setting): void => {
  if (json) {
    printJson(setting, letters.map(letterJson));
    return;
  }
  const isOpen = letters.every(({ state = 'open' }) => state === 'open');
  const now = setting.now();
  const rows = letters.map((letter) => [
    letterName(letter),
    letter.pipeline,
    ago(letter.lastAt, now),
    ...(isOpen ? [] : [letter.state ?? 'open']),
    String(letter.attempts),
    letter.error,
    oneLine(letter.cause, 160),
  ]);
  const headings = ['id', 'pipeline', 'failed', ...(isOpen ? [] : ['state']), 'attempts', 'error', 'cause'];
  const width = columnsOf(setting.stdout);
  print(
    setting,
    table(headings, rows).map((line) => (line.length <= width ? line : `${line.slice(0, width - 1)}…`)),
  );
};
