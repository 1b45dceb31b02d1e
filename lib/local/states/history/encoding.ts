// Log records as text: numbers and references into one table of strings. A payload passes through many events (the output of
// one state is the input of the next); here it is written once. A third of the time of a short task was spent writing.
import type { Shape } from '../../service.ts';
import { isEvent, type LogRecord } from './record.ts';
import { WORDS } from './words.ts';

type Cell = number | null | unknown;

const known = new Map(WORDS.map((word, index) => [word, index]));

/** The strings of one chunk of records: the words that every chunk knows, then its own. */
class Strings {
  readonly own: string[] = [];
  readonly #own = new Map<string, number>();

  reference(text: string): number {
    const word = known.get(text) ?? this.#own.get(text);
    if (word !== undefined) return word;
    const index = WORDS.length + this.own.length;
    this.own.push(text);
    this.#own.set(text, index);
    return index;
  }
}

const isCount = (value: unknown): value is number => typeof value === 'number' && value >= 0 && Number.isInteger(value);

// Counts stand for themselves, strings are negative references, anything else follows a null.
const writeShape = (shape: Shape | undefined, strings: Strings, cells: Cell[]): void => {
  if (shape === undefined) {
    cells.push(-1);
    return;
  }
  const keys = Object.keys(shape);
  cells.push(strings.reference(keys.join(',')));
  for (const key of keys) {
    const value = shape[key];
    if (typeof value === 'string') cells.push(-1 - strings.reference(value));
    else if (isCount(value)) cells.push(value);
    else cells.push(null, value ?? null);
  }
};

/** Records of one execution as text. */
export const encodeRecords = (records: readonly LogRecord[]): string => {
  const strings = new Strings();
  const cells: Cell[] = [];
  const start = records.find(isEvent)?.at ?? 0;
  for (const record of records) {
    if (isEvent(record)) {
      cells.push(record.frame, record.id, record.previous, record.at - start, strings.reference(record.type));
      writeShape(record.details, strings, cells);
    } else cells.push(record.frame, 0, strings.reference(record.note));
    writeShape(record.memo, strings, cells);
  }
  return JSON.stringify([start, strings.own, cells]);
};

/** Throws where `text` is not what `encodeRecords` gave. */
export const decodeRecords = (text: string): LogRecord[] => {
  const [start, own, cells] = JSON.parse(text) as [number, string[], Cell[]];
  let at = 0;
  const count = (): number => {
    const cell = cells[at++];
    if (typeof cell !== 'number') throw new Error(`the log holds ${JSON.stringify(cell)} where a number belongs`);
    return cell;
  };
  const word = (index: number): string => {
    const found = WORDS[index] ?? own[index - WORDS.length];
    if (found === undefined) throw new Error(`the log refers to a string ${index} that it does not hold`);
    return found;
  };
  const shape = (): Shape | undefined => {
    const keys = count();
    if (keys === -1) return undefined;
    const read: Record<string, unknown> = {};
    for (const key of word(keys).split(',')) {
      if (key === '') continue;
      const cell = cells[at++];
      read[key] = cell === null ? cells[at++] : typeof cell === 'number' && cell < 0 ? word(-1 - cell) : cell;
    }
    return read;
  };
  const records: LogRecord[] = [];
  while (at < cells.length) {
    const frame = count();
    const id = count();
    if (id === 0) {
      records.push({ frame, note: word(count()), memo: shape() ?? {} });
      continue;
    }
    const previous = count();
    const time = start + count();
    const type = word(count());
    const details = shape();
    const memo = shape();
    records.push({ frame, id, previous, at: time, type, ...(details && { details }), ...(memo && { memo }) });
  }
  return records;
};
