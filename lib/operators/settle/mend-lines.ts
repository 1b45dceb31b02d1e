// JSON lines as they come: which of them can be no row, and a copy in which those are marked where they stood, so that the others keep
// their numbers. Memory holds a piece, and the line that goes on in the next.
import { type MalformedRow, mostRowBytes } from '../../records/index.ts';

export interface LineProblem {
  /** From 1. */
  readonly line: number;
  readonly is: 'no JSON' | 'too large';
  readonly problem: string;
}

export interface Findings {
  /** Of lines that can be no row: how many, and the first of them. */
  readonly count: number;
  readonly first: readonly LineProblem[];
  /** Whether the copy is not the same: by these lines, empty ones, or the mark of the byte order that a file begins with. */
  readonly differs: boolean;
  /** Whether one of these lines is too large: what is batched by bytes is cut otherwise without it. */
  readonly hasLarge: boolean;
}

export interface LineLimits {
  /** Of a row, as it is handed on. */
  readonly rowBytes: number;
  /** A line that is longer is not even parsed. */
  readonly lineBytes: number;
  /** Of all files of a map: what has more lines that can be no row is no JSON lines. Each would be a dead letter. */
  readonly mostBad: number;
}

export const usualLineLimits: LineLimits = { rowBytes: mostRowBytes, lineBytes: 4_000_000, mostBad: 10_000 };
const namedLines = 5;
const longestText = 2_000;
const newline = 10;
const byteOrderMark = Buffer.from('\uFEFF');
const nothing = Buffer.alloc(0);

export class LineMender {
  readonly #object: string | undefined;
  readonly #limits: LineLimits;
  readonly #may: { bad: number };
  readonly #first: LineProblem[] = [];
  #line = 0;
  #count = 0;
  #differs = false;
  #hasLarge = false;
  /** What there is of a line that has not ended: its beginning, and how long it is. */
  #begun: Buffer[] = [];
  #begunBytes = 0;

  /** `object`: the key of the file, of one among several; `may`: how many bad lines there may be, together with the others. */
  constructor(limits: LineLimits = usualLineLimits, object?: string, may = { bad: limits.mostBad }) {
    this.#limits = limits;
    this.#may = may;
    this.#object = object;
  }

  get findings(): Findings {
    return { count: this.#count, first: this.#first, differs: this.#differs, hasLarge: this.#hasLarge };
  }

  /** Then no more is looked at. */
  get hasTooMany(): boolean {
    return this.#may.bad < 0;
  }

  /** The copy of what has come so far. */
  push(piece: Buffer): readonly Buffer[] {
    const copy: Buffer[] = [];
    let copied = 0;
    let start = 0;
    for (let end = piece.indexOf(newline); end >= 0 && !this.hasTooMany; end = piece.indexOf(newline, start)) {
      if (this.#begunBytes > 0) {
        this.#hold(piece.subarray(0, end + 1));
        copy.push(this.#ended());
        copied = end + 1;
      } else {
        const instead = this.#insteadOf(piece.subarray(start, end + 1));
        if (instead) {
          if (start > copied) copy.push(piece.subarray(copied, start));
          copy.push(instead);
          copied = end + 1;
        }
      }
      start = end + 1;
    }
    if (start > copied) copy.push(piece.subarray(copied, start));
    this.#hold(piece.subarray(start));
    return copy;
  }

  /** The copy of a last line without an end. */
  end(): readonly Buffer[] {
    return this.#begunBytes > 0 ? [this.#ended()] : [];
  }

  #hold(part: Buffer): void {
    if (part.length === 0) return;
    const isLong = this.#begunBytes > this.#limits.lineBytes;
    this.#begunBytes += part.length;
    if (!isLong) this.#begun.push(part);
    if (!isLong && this.#begunBytes > this.#limits.lineBytes)
      this.#begun = [Buffer.from(Buffer.concat(this.#begun).subarray(0, longestText))]; // what its mark is to show
  }

  #ended(): Buffer {
    const line = Buffer.concat(this.#begun);
    const instead = this.#insteadOf(line, this.#begunBytes);
    this.#begun = [];
    this.#begunBytes = 0;
    return instead ?? line;
  }

  /** What stands in the copy for a line, its end included; undefined where that is the line. */
  #insteadOf(bytes: Buffer, length = bytes.length): Buffer | undefined {
    this.#line += 1;
    const isMarked = this.#line === 1 && bytes.subarray(0, byteOrderMark.length).equals(byteOrderMark);
    const plain = isMarked ? bytes.subarray(byteOrderMark.length) : bytes;
    const text = plain.toString();
    const problem = this.#problemOf(text, length);
    if (problem === undefined && !isMarked) return undefined;
    this.#differs = true;
    if (problem === undefined) return plain;
    if (problem === 'empty') return nothing;
    if (problem.is === 'too large') this.#hasLarge = true;
    this.#count += 1;
    this.#may.bad -= 1;
    if (this.#first.length < namedLines) this.#first.push({ line: this.#line, ...problem });
    const shown = text.trimEnd().slice(0, longestText);
    const object = this.#object === undefined ? {} : { object: this.#object };
    const mark: MalformedRow = { 'heddle:malformed': { line: this.#line, ...problem, text: shown, ...object } };
    return Buffer.from(`${JSON.stringify(mark)}\n`);
  }

  #problemOf(text: string, length: number): Pick<LineProblem, 'is' | 'problem'> | 'empty' | undefined {
    const { rowBytes, lineBytes } = this.#limits;
    const tooLarge = (bytes: number) =>
      ({
        is: 'too large',
        problem: `it has ${bytes} bytes, a row ${Math.min(rowBytes, mostRowBytes)} at most`,
      }) as const;
    if (length > lineBytes) return tooLarge(length);
    try {
      const row = JSON.parse(text);
      if (length <= rowBytes) return undefined;
      const bytes = Buffer.byteLength(JSON.stringify(row)); // as it is handed on
      return bytes > rowBytes ? tooLarge(bytes) : undefined;
    } catch {
      return text.trim() === '' ? 'empty' : { is: 'no JSON', problem: whyNoJson(text.trimEnd()) };
    }
  }
}

/** Without the end of the line, which would be in the words; and of a place the column alone, for the line is another than V8's first. */
const whyNoJson = (text: string): string => {
  try {
    JSON.parse(text);
  } catch (error) {
    if (error instanceof Error)
      return error.message.replace(/ at position \d+ \(line 1 column (\d+)\)/, ' at column $1');
  }
  return 'it cannot be parsed';
};

/** What is wrong with lines, in words; undefined where nothing is. */
export const linesInWords = ({ count, first }: Findings): string | undefined => {
  const [problem] = first;
  if (!problem) return undefined;
  const why = `line ${problem.line} is ${problem.is}: ${problem.problem}`;
  if (count === 1) return why;
  const named = first.map(({ line }) => line).join(', ');
  const rest = count - first.length;
  return `lines ${named}${rest > 0 ? ` and ${rest} more` : ''} can be no rows: ${why}`;
};
