// JSON text, and what AWS says of text that is none: its own words where a word stands in the place of a value, else the parser's.
import type { Json } from '../json.ts';

export class NotJson extends SyntaxError {
  readonly location: string | undefined;

  constructor(message: string, location: string | undefined) {
    super(message);
    this.location = location;
  }
}

const MOST_SHOWN = 500;
const FIRST_WORD = /^\s*([A-Za-z_$][\w$]*)/;
const WORDS = new Set(['true', 'false', 'null']);

/** Where AWS's parser is in `text` after `read` characters. */
const place = (text: string, read: number): string => {
  const lines = text.slice(0, read).split('\n');
  const rest = text.length - MOST_SHOWN;
  const shown = rest > 0 ? `${text.slice(0, MOST_SHOWN)}"[truncated ${rest} chars]` : `${text}"`;
  return `[Source: (String)"${shown}; line: ${lines.length}, column: ${(lines.at(-1)?.length ?? 0) + 1}]`;
};

/** The value of `text`; undefined where there is none at all. */
export const readJson = (text: string): Json | NotJson | undefined => {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch (thrown) {
    const [before, word] = FIRST_WORD.exec(text) ?? [];
    if (before === undefined || word === undefined || WORDS.has(word))
      return new NotJson(thrown instanceof Error ? thrown.message : String(thrown), undefined);
    const at = place(text, before.length);
    const expected = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
    return new NotJson(`Unrecognized token '${word}': was expecting ${expected}\n at ${at}`, at);
  }
};
