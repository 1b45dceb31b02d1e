import { fitsParts } from '../../support/glob.ts';
import { PatternError } from './pattern-error.ts';

/** A test for `a*b`: `*` stands for any text, `\*` and `\\` for themselves. */
export const wildcardTest = (pattern: string): ((value: unknown) => boolean) => {
  const parts: string[] = [];
  let part = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const letter = pattern.charAt(at);
    const next = pattern.charAt(at + 1);
    if (letter === '*') {
      if (next === '*') throw new PatternError(`Consecutive wildcard characters at pos ${at}`);
      parts.push(part);
      part = '';
    } else if (letter === '\\') {
      if (next !== '*' && next !== '\\') throw new PatternError(`Invalid escape character at pos ${at}`);
      part += next;
      at += 1;
    } else part += letter;
  }
  parts.push(part);
  return (value) => typeof value === 'string' && fitsParts(parts, value);
};
