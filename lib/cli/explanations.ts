// What each code means, from the doc comment of the file that owns it: there is no second copy.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Explanation {
  readonly code: string;
  /** Whether it is only ever a warning. */
  readonly isWarning: boolean;
  /** The cause and the fix, on one line. */
  readonly text: string;
  /** Where it is written, from the folder that was read. */
  readonly file: string;
}

/** Every explanation in the TypeScript files of a folder: comment lines that begin with `HDLnnn: `, to the comment's end or the next. */
export const explanationsIn = (folder: string): readonly Explanation[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .flatMap((path) => explanationsOf(readFileSync(path, 'utf8'), path.slice(folder.length + 1)));

const explanationsOf = (source: string, file: string): readonly Explanation[] =>
  [...source.matchAll(/\/\*\*([\s\S]*?)\*\//g)].flatMap(([, comment = '']) => {
    const lines = comment.split('\n').map((line) => line.replace(/^\s*\*? ?/, '').trim());
    const found: { code: string; isWarning: boolean; lines: string[] }[] = [];
    for (const line of lines) {
      const [, code, warning, text = ''] = /^(HDL\d{3})(, a warning)?: (.*)$/.exec(line) ?? [];
      if (code) found.push({ code, isWarning: warning !== undefined, lines: [text] });
      else found.at(-1)?.lines.push(line);
    }
    return found.map(({ code, isWarning, lines: told }) => ({ code, isWarning, text: told.join(' ').trim(), file }));
  });
