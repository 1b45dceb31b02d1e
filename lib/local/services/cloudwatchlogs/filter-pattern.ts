// The filter patterns of FilterLogEvents: words, and comparisons of the fields of JSON lines.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
import { isShape } from '../../field-reader.ts';
import { AwsError } from '../../service.ts';

export type LineFilter = (line: string) => boolean;

const WORD = /([-?]?)("(?:[^"\\]|\\.)*"|\S+)/g;

/** `ERROR timeout -retry` wants all but the last; `?ERROR ?WARN` wants any. */
const wordFilter = (pattern: string): LineFilter => {
  const words = [...pattern.matchAll(WORD)].map(([, sign, word = '']) => ({
    sign,
    text: word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word,
  }));
  const optional = words.filter(({ sign }) => sign === '?');
  return (line) =>
    words.every(({ sign, text }) => sign === '?' || line.includes(text) === (sign !== '-')) &&
    (optional.length === 0 || optional.some(({ text }) => line.includes(text)));
};

const COMPARISON = /^\(?\s*\$\.([\w.]+)\s*(!=|<=|>=|=|<|>|IS NOT|IS|NOT EXISTS)\s*("(?:[^"\\]|\\.)*"|[^\s()]+)?\s*\)?$/;

const fieldOf = (document: unknown, path: string): unknown =>
  path.split('.').reduce((found, name) => (isShape(found) ? found[name] : undefined), document);

const textMatches = (wanted: string, found: unknown): boolean => {
  const source = wanted.split('*').map((part) => part.replace(/[$()+.?[\]^{|}\\/-]/g, '\\$&'));
  return typeof found === 'string' && new RegExp(`^${source.join('.*')}$`, 's').test(found);
};

type DocumentFilter = (document: unknown) => boolean;

const compareNumbers: { readonly [sign: string]: (found: number, wanted: number) => boolean } = {
  '=': (found, wanted) => found === wanted,
  '!=': (found, wanted) => found !== wanted,
  '<': (found, wanted) => found < wanted,
  '<=': (found, wanted) => found <= wanted,
  '>': (found, wanted) => found > wanted,
  '>=': (found, wanted) => found >= wanted,
};

const comparison = (text: string): DocumentFilter | undefined => {
  const [, path, sign = '', operand = ''] = COMPARISON.exec(text.trim()) ?? [];
  if (path === undefined) return undefined;
  const read = (document: unknown) => fieldOf(document, path);
  if (sign === 'NOT EXISTS') return (document) => read(document) === undefined;
  if (sign.startsWith('IS')) {
    const value = { TRUE: true, FALSE: false, NULL: null }[operand.toUpperCase()];
    return (document) => (read(document) === value) === (sign === 'IS');
  }
  const compare = compareNumbers[sign];
  if (!operand.startsWith('"') && !Number.isNaN(Number(operand)) && compare)
    return (document) => {
      const found = read(document);
      return typeof found === 'number' && compare(found, Number(operand));
    };
  const wanted = operand.startsWith('"') ? operand.slice(1, -1).replace(/\\(.)/g, '$1') : operand;
  if (sign === '=') return (document) => textMatches(wanted, read(document));
  return sign === '!=' ? (document) => !textMatches(wanted, read(document)) : undefined;
};

const jsonFilter = (pattern: string): LineFilter => {
  const alternatives = pattern.split('||').map((part) => part.split('&&').map(comparison));
  if (alternatives.flat().includes(undefined))
    throw new AwsError(
      'NotImplemented',
      `HDL501 the local engine does not implement the filter pattern {${pattern}}`,
      501,
    );
  return (line) => {
    if (!line.trimStart().startsWith('{')) return false;
    try {
      const document: unknown = JSON.parse(line);
      return alternatives.some((all) => all.every((matches) => matches?.(document)));
    } catch (error) {
      if (error instanceof SyntaxError) return false; // a JSON pattern does not match other lines
      throw error;
    }
  };
};

/** Compiles a filter pattern; an empty one matches every line. Throws NotImplemented for what it cannot read. */
export const lineFilter = (pattern: string): LineFilter => {
  const text = pattern.trim();
  if (text.startsWith('{') && text.endsWith('}')) return jsonFilter(text.slice(1, -1));
  if (text.startsWith('[') || text.startsWith('%'))
    throw new AwsError('NotImplemented', `HDL501 the local engine does not implement the filter pattern ${text}`, 501);
  return wordFilter(text);
};
