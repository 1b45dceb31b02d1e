import { PatternError } from './pattern-error.ts';

/** A test for `a*b`: `*` stands for any text, `\*` and `\\` for themselves. */
export const wildcardTest = (pattern: string): ((value: unknown) => boolean) => {
  let source = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const letter = pattern.charAt(at);
    const next = pattern.charAt(at + 1);
    if (letter === '*') {
      if (next === '*') throw new PatternError(`Consecutive wildcard characters at pos ${at}`);
      source += '[^]*';
    } else if (letter === '\\') {
      if (next !== '*' && next !== '\\') throw new PatternError(`Invalid escape character at pos ${at}`);
      source += `\\${next}`;
      at += 1;
    } else source += letter.replace(/[$()+.?[\]^{|}/-]/, '\\$&');
  }
  const expression = new RegExp(`^${source}$`);
  return (value) => typeof value === 'string' && expression.test(value);
};
