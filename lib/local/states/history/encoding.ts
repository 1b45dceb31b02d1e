// Log records as text: what one execution wrote between two commits is a line, what all wrote is a chunk of lines. A record is
// written as it happens, by its difference to the one before; a payload that passes through many events is written once.
//
//   line   = HEAD_LENGTH ' ' TEXT_LENGTH ' ' head text
//   head   = fields, each closed by a comma: of a record [fFRAME] [iID] [pPREVIOUS] [sSECONDS] [tMS] or [fFRAME] n, then a layout, then values;
//            or of a handover iID sSECONDS tMS h, then the lengths of its four strings; of a conclusion e instead, and two strings
//   layout = three words: the type, the keys of the details, the keys of the memo
//   word   = its place in WORDS, or 'LENGTH, or - for none
//   value  = LENGTH of a string that comes next in the text, =N the Nth string of the line again, #COUNT, or ~LENGTH of JSON
import type { Shape } from '../../service.ts';
import { isEvent, type LogRecord } from './record.ts';
import { WORDS } from './words.ts';

/** Which fields a record has. There are few, so records are recognised instead of described anew. */
interface Layout {
  readonly type: string;
  readonly details: readonly string[] | undefined;
  readonly memo: readonly string[] | undefined;
  /** Undefined where a word is not in WORDS: it must be spelt out. */
  readonly fields: string | undefined;
}

const words = new Map(WORDS.map((word, index) => [word, index]));
const layouts = new Map<string, Layout[]>();

const wordOf = (keys: readonly string[] | undefined): string | undefined => keys?.join(',');

const layoutsOf = (type: string): Layout[] => {
  const known = layouts.get(type);
  if (known !== undefined) return known;
  const made: Layout[] = [];
  layouts.set(type, made);
  return made;
};

const newLayout = (type: string, details: Shape | undefined, memo: Shape | undefined): Layout => {
  const keys = [details && Object.keys(details), memo && Object.keys(memo)] as const;
  const places = [type, ...keys.map(wordOf)].map((word) => (word === undefined ? '-' : words.get(word)));
  const fields = places.includes(undefined) ? undefined : `${places.join(',')},`;
  return { type, details: keys[0], memo: keys[1], fields };
};

const NEAR = 8; // how far back a string is looked for: a payload comes again at once or not at all

const LARGE = 2 ** 31; // of larger numbers the digits are worked out with fractions: 8 us, where the processor has slept

const timeField = (ms: number): string =>
  Math.abs(ms) < LARGE ? `t${ms},` : `s${Math.trunc(ms / 1000)},t${ms % 1000},`;

const lineOf = (head: string, text: string): string => {
  if (text.includes('\0')) return lineOf(`j,${head}`, JSON.stringify(text)); // SQLite ends a text there
  return `${head.length} ${text.length} ${head}${text}`;
};

/**
 * What follows from the answer of a function as one record that is a line of its own: the five events up to the call of the next one (the
 * result, the state left, the next one entered, its function scheduled and started), or the three up to the end of the execution, all at one
 * time. A chain of functions writes little else. What does not depend on the answer is made ready while the function runs.
 */
export class Handover {
  /** How many there are. */
  readonly events: number;
  readonly #mark: string;
  readonly #lengths: string;
  readonly #names: string;

  private constructor(events: number, mark: string, names: readonly string[]) {
    this.events = events;
    this.#mark = mark;
    this.#lengths = names.map(({ length }) => length).join(',');
    this.#names = names.join('');
  }

  /** From the state `name` to the state `next`, which calls the function `resource`. */
  static to(name: string, next: string, resource: string): Handover {
    return new Handover(5, 'h', [name, next, resource]);
  }

  /** From the last state to the success of the execution. */
  static toEnd(name: string): Handover {
    return new Handover(3, 'e', [name]);
  }

  /** `id`: of the first event, which follows the one before it, in the frame of the whole machine. */
  line(id: number, at: number, output: string): string {
    const head = `i${id},s${Math.trunc(at / 1000)},t${at % 1000},${this.#mark},${output.length},${this.#lengths},`;
    return lineOf(head, `${output}${this.#names}`);
  }
}

/** The line of one execution as it grows. */
export class Line {
  #head = '';
  #text = '';
  #strings: string[] = [];
  #frame = 0;
  #id = 0;
  #at = 0;

  /** Gives whether the line was empty. */
  add(record: LogRecord): boolean {
    const wasEmpty = this.#head === '';
    if (record.frame !== this.#frame) {
      this.#frame = record.frame;
      this.#head += `f${record.frame},`;
    }
    if (!isEvent(record)) {
      this.#head += 'n,';
      this.#content(record.note, undefined, record.memo);
      return wasEmpty;
    }
    const { id, previous, at, details, memo } = record;
    if (id !== this.#id + 1) this.#head += `i${id},`;
    if (previous !== id - 1) this.#head += `p${previous},`;
    if (at !== this.#at) this.#head += timeField(at - this.#at);
    this.#id = id;
    this.#at = at;
    this.#content(record.type, details, memo);
    return wasEmpty;
  }

  /** The line, which is empty from now on. */
  take(): string {
    const line = lineOf(this.#head, this.#text);
    this.#head = '';
    this.#text = '';
    this.#strings = [];
    this.#frame = 0;
    this.#id = 0;
    this.#at = 0;
    return line;
  }

  /** Of a type there are few layouts: the first that fits is taken, while it is written. */
  #content(type: string, details: Shape | undefined, memo: Shape | undefined): void {
    const known = layoutsOf(type);
    for (let at = 0; at < known.length; at++) if (this.#written(known[at] as Layout, details, memo)) return;
    const layout = newLayout(type, details, memo);
    known.push(layout);
    this.#written(layout, details, memo);
  }

  /** False, and nothing is written, where the record is not of this layout. */
  #written(layout: Layout, details: Shape | undefined, memo: Shape | undefined): boolean {
    const head = this.#head;
    const text = this.#text;
    const count = this.#strings.length;
    if (layout.fields === undefined) this.#spell(layout);
    else this.#head += layout.fields;
    if (this.#values(layout.details, details) && this.#values(layout.memo, memo)) return true;
    this.#head = head;
    this.#text = text;
    this.#strings.length = count;
    return false;
  }

  #values(keys: readonly string[] | undefined, shape: Shape | undefined): boolean {
    if (keys === undefined || shape === undefined) return keys === shape;
    let at = 0;
    for (const key in shape) {
      if (keys[at++] !== key) return false;
      this.#value(shape[key]);
    }
    return at === keys.length;
  }

  #spell({ type, details, memo }: Layout): void {
    for (const word of [type, wordOf(details), wordOf(memo)]) {
      const place = word === undefined ? '-' : words.get(word);
      this.#head += place === undefined ? `'${word?.length},` : `${place},`;
      if (place === undefined) this.#text += word;
    }
  }

  #value(value: unknown): void {
    if (typeof value === 'string') {
      const strings = this.#strings;
      for (let at = strings.length - 1, last = at - NEAR; at >= 0 && at > last; at--) {
        if (strings[at] !== value) continue;
        this.#head += `=${at},`;
        return;
      }
      strings.push(value);
      this.#head += `${value.length},`;
      this.#text += value;
    } else if (typeof value === 'number' && value >= 0 && Number.isSafeInteger(value)) this.#head += `#${value},`;
    else {
      const json = JSON.stringify(value ?? null);
      this.#head += `~${json.length},`;
      this.#text += json;
    }
  }
}

/** The records of one execution that are not on disk yet. */
export class ExecutionLog {
  readonly execution: number;
  readonly line = new Line();

  constructor(execution: number) {
    this.execution = execution;
  }
}
