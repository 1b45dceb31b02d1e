// Reads back what encoding.ts wrote. Everything here throws where the text is not what was written.
import type { Shape } from '../../service.ts';
import type { EventRecord, LogRecord } from './record.ts';
import { WORDS } from './words.ts';

/** The line at place `index` of a chunk. */
export const lineOf = (chunk: string, index: number): string => {
  let at = 0;
  const length = (): number => {
    const end = chunk.indexOf(' ', at);
    const read = countOf(chunk.slice(at, end));
    at = end + 1;
    return read;
  };
  for (let line = 0; ; line++) {
    const start = at;
    const end = length() + length() + at;
    if (end > chunk.length) throw new Error('the log ends in the middle of a line');
    if (line === index) return chunk.slice(start, end);
    at = end;
  }
};

const countOf = (digits: string): number => {
  if (/^-?\d+$/.test(digits)) return Number(digits);
  throw new Error(`the log holds ${JSON.stringify(digits)} where a number belongs`);
};

class Reader {
  readonly #fields: readonly string[];
  readonly #text: string;
  readonly #strings: string[] = [];
  #field = 0;
  #at = 0;

  constructor(line: string) {
    const [headLength = '', textLength = ''] = line.split(' ', 2);
    const start = headLength.length + textLength.length + 2;
    const end = start + countOf(headLength);
    const fields = line.slice(start, end).split(',');
    const text = line.slice(end, end + countOf(textLength));
    if (fields.pop() !== '') throw new Error('the log holds a field without an end');
    const isEscaped = fields[0] === 'j';
    this.#fields = isEscaped ? fields.slice(1) : fields;
    this.#text = isEscaped ? String(JSON.parse(text)) : text;
  }

  get isDone(): boolean {
    return this.#field >= this.#fields.length;
  }

  #next(): string {
    const field = this.#fields[this.#field++];
    if (field === undefined) throw new Error('the log ends in the middle of a record');
    return field;
  }

  /** The events of a Handover: to another state, or to the end. */
  handover(isEnd: boolean): readonly Pick<EventRecord, 'type' | 'details' | 'memo'>[] {
    const [output, name] = [this.#string(), this.#string()];
    const result = { type: 'LambdaFunctionSucceeded', details: { output } };
    const left = { type: 'TaskStateExited', details: { name, output } };
    if (isEnd) return [result, left, { type: 'ExecutionSucceeded', details: { output } }];
    const [next, resource] = [this.#string(), this.#string()];
    return [
      result,
      { ...left, memo: { next } },
      { type: 'TaskStateEntered', details: { input: output, name: next } },
      { type: 'LambdaFunctionScheduled', details: { input: output, resource } },
      { type: 'LambdaFunctionStarted' },
    ];
  }

  /** Does the next field start with `mark`? Then it is taken, and what follows the mark given. */
  marked(mark: string): string | undefined {
    return this.#fields[this.#field]?.startsWith(mark) ? this.#next().slice(1) : undefined;
  }

  number(mark: string): number | undefined {
    const digits = this.marked(mark);
    return digits === undefined ? undefined : countOf(digits);
  }

  content(): { readonly type: string; readonly details: Shape | undefined; readonly memo: Shape | undefined } {
    const [type, detailKeys, memoKeys] = [this.#word(), this.#word(), this.#word()];
    if (type === undefined) throw new Error('the log holds a record without a type');
    return { type, details: this.#shape(detailKeys), memo: this.#shape(memoKeys) };
  }

  #word(): string | undefined {
    const spelt = this.marked("'");
    if (spelt !== undefined) return this.#cut(spelt);
    const field = this.#next();
    if (field === '-') return undefined;
    const word = WORDS[countOf(field)];
    if (word === undefined) throw new Error(`the log refers to a word ${field} that nobody knows`);
    return word;
  }

  #shape(keys: string | undefined): Shape | undefined {
    if (keys === undefined) return undefined;
    const shape: Shape = {};
    if (keys !== '') for (const key of keys.split(',')) shape[key] = this.#value();
    return shape;
  }

  #value(): unknown {
    const field = this.#next();
    const rest = field.slice(1);
    if (field.startsWith('#')) return countOf(rest);
    if (field.startsWith('~')) return JSON.parse(this.#cut(rest));
    if (field.startsWith('=')) {
      const again = this.#strings[countOf(rest)];
      if (again === undefined) throw new Error(`the log refers to a string ${rest} that it does not hold`);
      return again;
    }
    const text = this.#cut(field);
    this.#strings.push(text);
    return text;
  }

  #string(): string {
    return this.#cut(this.#next());
  }

  #cut(length: string): string {
    const end = this.#at + countOf(length);
    if (end > this.#text.length) throw new Error('the log ends in the middle of a string');
    const text = this.#text.slice(this.#at, end);
    this.#at = end;
    return text;
  }
}

/** The records of a line. */
export const decodeLine = (line: string): LogRecord[] => {
  const reader = new Reader(line);
  const records: LogRecord[] = [];
  let [frame, id, at] = [0, 0, 0];
  while (!reader.isDone) {
    frame = reader.number('f') ?? frame;
    if (reader.marked('n') !== undefined) {
      const { type, memo } = reader.content();
      records.push({ frame, note: type, memo: memo ?? {} });
      continue;
    }
    id = reader.number('i') ?? id + 1;
    const previous = reader.number('p') ?? id - 1;
    at += (reader.number('s') ?? 0) * 1000 + (reader.number('t') ?? 0);
    const isEnd = reader.marked('e') !== undefined;
    if (isEnd || reader.marked('h') !== undefined) {
      id--;
      for (const event of reader.handover(isEnd)) records.push({ frame, id: ++id, previous: id - 1, at, ...event });
      continue;
    }
    const { type, details, memo } = reader.content();
    records.push({ frame, id, previous, at, type, ...(details && { details }), ...(memo && { memo }) });
  }
  return records;
};
