// The filter patterns of FilterLogEvents: words, regular expressions, and comparisons of the fields of JSON lines.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
import { AwsError } from '../../service.ts';
import { invalid } from './groups.ts';
import { jsonPattern } from './json-pattern.ts';
import { regexTest } from './regex-term.ts';

export type LineFilter = (line: string) => boolean;

const WORD = /([-?]?)(%[^%]+%|"(?:[^"\\]|\\.)*"|\S+)/g;

const wordTest = (word: string): LineFilter => {
  if (/^%.+%$/.test(word)) return regexTest(word.slice(1, -1));
  const text = word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word;
  return (line) => line.includes(text);
};

/** `ERROR timeout -retry` wants all but the last; `?ERROR ?WARN` wants any. */
const wordFilter = (pattern: string): LineFilter => {
  const words = [...pattern.matchAll(WORD)].map(([, sign, word = '']) => ({ sign, has: wordTest(word) }));
  const optional = words.filter(({ sign }) => sign === '?');
  return (line) =>
    words.every(({ sign, has }) => sign === '?' || has(line) === (sign !== '-')) &&
    (optional.length === 0 || optional.some(({ has }) => has(line)));
};

const jsonFilter = (pattern: string): LineFilter => {
  const matches = jsonPattern(pattern);
  return (line) => {
    if (!line.trimStart().startsWith('{')) return false;
    try {
      return matches(JSON.parse(line));
    } catch (error) {
      if (error instanceof SyntaxError) return false; // a JSON pattern does not match other lines
      throw error;
    }
  };
};

/** Compiles a filter pattern; an empty one matches every line. Throws InvalidParameterException, or NotImplemented for fields apart by spaces. */
export const lineFilter = (pattern: string): LineFilter => {
  const text = pattern.trim();
  if (text.startsWith('{')) {
    if (!text.endsWith('}')) throw invalid(`Invalid filter pattern: ${text} has no end`);
    return jsonFilter(text.slice(1, -1));
  }
  if (text.startsWith('['))
    throw new AwsError('NotImplemented', `HDL501 the local engine does not implement the filter pattern ${text}`, 501);
  return wordFilter(text);
};
