// CSV as an ItemReader reads it: RFC 4180 quoting, backslashes too, a delimiter of choice, every cell a string.
// https://docs.aws.amazon.com/step-functions/latest/dg/example-csv-parse-dist-map.html
import type { JsonObject } from '../json.ts';

export const DELIMITERS: Readonly<Record<string, string>> = {
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  SPACE: ' ',
  TAB: '\t',
};

const MORE_WITH_NEXT = new Set(['"', '\\', '\r']);

/** Rows of cells out of text that comes in pieces. An empty line is no row; a line of spaces is. */
export class CsvRows {
  readonly #delimiter: string;
  #held = '';
  #quoted = false;
  #cell = '';
  #row: string[] = [];

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  /** The rows that end in `text`. */
  push(text: string): string[][] {
    return this.#read(this.#held + text, false);
  }

  /** The row that no line break ends, if there is one. */
  end(): string[][] {
    const rows = this.#read(this.#held, true);
    if (this.#cell !== '' || this.#row.length > 0) this.#endRow(rows);
    return rows;
  }

  #endRow(rows: string[][]): void {
    this.#row.push(this.#cell);
    if (this.#row.length > 1 || this.#row[0] !== '') rows.push(this.#row);
    this.#row = [];
    this.#cell = '';
  }

  /** What may mean something else with the next character is held back, unless this is `all`. */
  #read(text: string, all: boolean): string[][] {
    const rows: string[][] = [];
    let at = 0;
    this.#held = '';
    while (at < text.length) {
      const end = this.#plainEnd(text, at);
      this.#cell += text.slice(at, end);
      const character = text[end];
      if (character === undefined) break;
      if (end + 1 === text.length && !all && MORE_WITH_NEXT.has(character)) {
        this.#held = character;
        break;
      }
      at = end + 1;
      if (character === '\\' || character === '"') at += this.#takeMark(character, text[at]);
      else if (character === '\n') this.#endRow(rows);
      else if (character === '\r') {
        if (text[at] !== '\n') this.#cell += '\r';
      } else {
        this.#row.push(this.#cell);
        this.#cell = '';
      }
    }
    return rows;
  }

  /** A backslash or a quote, and how many characters behind it are part of it. */
  #takeMark(mark: string, next: string | undefined): 0 | 1 {
    const isBackslash = mark === '\\';
    const takesNext = isBackslash
      ? next === '\\' || next === '"' || next === this.#delimiter
      : next === '"' && (this.#quoted || this.#cell !== '');
    if (takesNext) {
      this.#cell += next;
      return 1;
    }
    if (isBackslash) return 0; // AWS: before anything else it is dropped
    if (this.#quoted) this.#quoted = false;
    else if (this.#cell === '') this.#quoted = true;
    else this.#cell += mark;
    return 0;
  }

  /** Where what follows stops being plain: at a backslash or a quote, and outside of quotes at a delimiter or the end of a line. */
  #plainEnd(text: string, at: number): number {
    const delimiter = this.#delimiter.charCodeAt(0);
    for (let end = at; end < text.length; end++) {
      const code = text.charCodeAt(end);
      if (code === 34 || code === 92) return end;
      if (!this.#quoted && (code === delimiter || code === 10 || code === 13)) return end;
    }
    return text.length;
  }
}

/** A row as an object: missing cells are empty, surplus cells are dropped. */
export const toObject = (headers: readonly string[], cells: readonly string[]): JsonObject => {
  const object: Record<string, string> = {};
  for (let index = 0; index < headers.length; index++) object[headers[index] ?? ''] = cells[index] ?? '';
  return object;
};
