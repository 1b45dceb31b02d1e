// CSV as an ItemReader reads it: RFC 4180 quoting, a delimiter of choice, every cell a string.
import type { JsonObject } from '../json.ts';

export const DELIMITERS: Readonly<Record<string, string>> = {
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  SPACE: ' ',
  TAB: '\t',
};

/** Rows of cells out of text that comes in pieces. An empty line is no row; a line of spaces is. */
export class CsvRows {
  readonly #delimiter: number;
  #held = '';
  #quoted = false;
  #cell = '';
  #row: string[] = [];

  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0);
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
      const end = this.#quoted ? text.indexOf('"', at) : this.#plainEnd(text, at);
      if (end < 0 || end === text.length) {
        this.#cell += text.slice(at);
        break;
      }
      this.#cell += text.slice(at, end);
      const character = text[end];
      if (end + 1 === text.length && !all && (this.#quoted || character === '\r')) {
        this.#held = text.slice(end);
        break;
      }
      at = end + 1;
      if (this.#quoted) {
        if (text[at] === '"') {
          this.#cell += '"';
          at++;
        } else this.#quoted = false;
      } else if (character === '"') this.#quoted = true;
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

  /** Where what follows stops being plain: at a delimiter, the end of a line, or a quote that begins a cell. */
  #plainEnd(text: string, at: number): number {
    for (let end = at; end < text.length; end++) {
      const code = text.charCodeAt(end);
      if (code === this.#delimiter || code === 10 || code === 13) return end;
      if (code === 34 && end === at && this.#cell === '') return end;
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
