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

interface Column {
  readonly heading: string;
  cell(letter: AnyLetter, now: number): string;
}

const allColumns: readonly Column[] = [
  { heading: 'id', cell: nameOf },
  { heading: 'pipeline', cell: ({ pipeline }) => pipeline ?? '–' },
  { heading: 'failed', cell: ({ lastAt }, now) => ago(lastAt, now) },
  { heading: 'state', cell: ({ state = 'open' }) => state },
  { heading: 'attempts', cell: ({ attempts }) => String(attempts) },
  { heading: 'error', cell: ({ error }) => error },
  {
    heading: 'cause',
    cell: (letter) => oneLine(isStart(letter) ? `${letter.trigger}: ${letter.cause}` : letter.cause, 160),
  },
];

/** What is left out first where the cause, which stands last, would not be seen: `heddle dead-letters show` shows it all. */
const dispensable = ['attempts', 'pipeline', 'failed'];
/** Columns of text for a cause, besides its heading. */
const leastOfCause = 12;

/** Prints letters as a table, newest first, with their state where some are closed; with `json` one object a line. */
export const printLetters = (found: readonly AnyLetter[], json: boolean, setting: Setting): void => {
  if (json) {
    printJson(setting, found.map(letterJson));
    return;
  }
  const isOpen = found.every(({ state = 'open' }) => state === 'open');
  const now = setting.now();
  const width = columnsOf(setting.stdout);
  const columns = isOpen ? allColumns.filter(({ heading }) => heading !== 'state') : allColumns;
  const tableOf = (shown: readonly Column[]): readonly string[] =>
    table(
      shown.map(({ heading }) => heading),
      found.map((letter) => shown.map(({ cell }) => cell(letter, now))),
    );
  const tables = [0, 1, 2, 3].map((dropped) =>
    tableOf(columns.filter(({ heading }) => !dispensable.slice(0, dropped).includes(heading))),
  );
  const fitting = tables.find(([head = '']) => head.length + leastOfCause <= width) ?? tables.at(-1) ?? [];
  print(setting, cutTo(width, fitting));
};
