// The functions that AWS adds to JSONata, and the ones that it replaces because they read time or chance.
// https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided-by-sfn

import type { Expression } from 'jsonata';
import { crypto } from '../../late-modules.ts';
import { uuid } from '../../uuid.ts';
import { jsonata } from './jsonata-package.ts';
import type { Ambient } from './scope.ts';

/** AWS: the longest array that $range makes. */
const LONGEST_RANGE = 360_145;

const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** Parts of `chunk` items each, a positive integer. */
export const chunks = <T>(items: readonly T[], chunk: number): T[][] => {
  const parts: T[][] = [];
  for (let at = 0; at < items.length; at += chunk) parts.push(items.slice(at, at + chunk));
  return parts;
};

/** As many numbers of the series as go to `last`; `step` is not 0. */
export const seriesLength = (first: number, last: number, step: number): number =>
  Math.max(0, Math.floor((last - first) / step) + 1);

export const series = (first: number, length: number, step: number): number[] =>
  Array.from({ length }, (_, index) => first + index * step);

// As measured on AWS by others (floci-io/floci, docs/services/step-functions.md): numbers lose their fraction, and what makes no
// sense gives nothing.
const partition = (items: readonly unknown[], size: number): unknown[][] | undefined => {
  const chunk = Math.trunc(size);
  return chunk > 0 && items.length > 0 ? chunks(items, chunk) : undefined;
};

const range = (from: number, to: number, by?: number): number[] | number | undefined => {
  const [first, last, step] = [Math.trunc(from), Math.trunc(to), Math.trunc(by ?? 0)];
  const length = step === 0 ? 0 : seriesLength(first, last, step);
  if (length > LONGEST_RANGE) throw new Error('Expression evaluation memory limit exceeded');
  return length > 1 ? series(first, length, step) : length === 1 ? first : undefined;
};

export const hash = (content: string, algorithm: string): string => {
  const name = HASHES[algorithm];
  if (name === undefined) {
    throw new Error(`Unknown hash algorithm ${algorithm}; one of ${Object.keys(HASHES).join(', ')} is expected`);
  }
  return crypto().createHash(name).update(content, 'utf8').digest('hex');
};

// AWS evaluates with a library in Java (github.com/dashjoin/jsonata-java: its words for what goes too deep are AWS's), where these differ
// from the package: texts are UTF-8, base64 has its alphabet only, and a plus in a URL is a blank.

const base64decode = (text: string): string => {
  const [, digits = '', padding = ''] = /^([A-Za-z0-9+/]*)(={0,2})$/.exec(text) ?? [];
  const isWhole = padding === '' ? digits.length % 4 !== 1 : (digits.length + padding.length) % 4 === 0;
  if (!isWhole || digits.length + padding.length !== text.length) throw new Error(`'${text}' is not base64`);
  return Buffer.from(digits, 'base64').toString('utf8');
};

const decodeUrl = (text: string): string => {
  const wrong = /%(?![0-9A-Fa-f]{2})/.exec(text);
  if (wrong) throw new Error(`URLDecoder: Illegal hex characters in escape (%) pattern at ${wrong.index} of '${text}'`);
  return text
    .replaceAll('+', ' ')
    .replace(/(?:%[0-9A-Fa-f]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8'));
};

// A text that does not end goes on to the end of all: to look for another from each quote in it would take minutes.
const TEXTS = /(["'])(?:\\.?|(?!\1)[^\\])*(\1|$)/gs;
const KEYS = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}]/gs;

const inDoubleQuotes = (text: string, mark: string, end: string): string =>
  mark === '"' || end === ''
    ? text
    : `"${text.slice(1, -1).replace(/\\'|"/g, (each) => (each === '"' ? '\\"' : "'"))}"`;

const checkKeys = (json: string): void => {
  const open: Set<unknown>[] = [];
  for (const [mark, key, colon] of json.matchAll(KEYS)) {
    if (mark === '{') open.push(new Set());
    else if (mark === '}') open.pop();
    else if (key !== undefined && colon !== undefined) {
      const name: unknown = JSON.parse(key);
      if (open.at(-1)?.has(name)) throw new Error(`Duplicate field ${key}`);
      open.at(-1)?.add(name);
    }
  }
};

// As measured on AWS by others (iwamot/sfnx, docs/design.md): it takes texts in single quotes, but no key twice and no number
// that is too large for a double.
const parse = (text: string): unknown => {
  const json = text.replace(TEXTS, inDoubleQuotes);
  const value: unknown = JSON.parse(json, (_key, item: unknown) => {
    if (typeof item === 'number' && !Number.isFinite(item)) throw new Error('a number is out of range');
    return item;
  });
  checkKeys(json);
  return value;
};

/**
 * A number in [0, 1) that is the same for the same seed: the first of `java.util.Random`, as was measured on AWS (floci-io/floci#2662).
 * https://docs.oracle.com/javase/8/docs/api/java/util/Random.html#next-int-
 */
export const seededRandom = (seed: number): number => {
  let state = BigInt.asUintN(48, BigInt(Math.trunc(seed)) ^ 0x5deece66dn);
  const next = (bits: bigint): bigint => {
    state = BigInt.asUintN(48, state * 0x5deece66dn + 0xbn);
    return state >> (48n - bits);
  };
  const high = next(26n) << 27n;
  return Number(high + next(27n)) / 2 ** 53;
};

// JSONata's own formatting of a time that is ours.
let formatted: Expression | undefined;
const format = (millis: number, picture: string | undefined, timezone: string | undefined): Promise<unknown> => {
  formatted ??= jsonata('$fromMillis($millis, $picture, $timezone)');
  return formatted.evaluate(undefined, { millis, picture, timezone });
};

export const addFunctions = (expression: Expression, ambient: Ambient): void => {
  // As JSONata's own functions: nothing of nothing.
  const register = (name: string, work: (...values: never[]) => unknown, signature?: string): void =>
    expression.registerFunction(
      name,
      (...values: unknown[]) => (values.includes(undefined) ? undefined : work(...(values as never[]))),
      signature,
    );
  register('partition', partition, '<an:a>');
  register('range', range, '<nnn?:x>');
  register('hash', (content: unknown, algorithm?: string) =>
    algorithm === undefined
      ? undefined
      : hash(typeof content === 'string' ? content : JSON.stringify(content), algorithm),
  );
  expression.registerFunction(
    'random',
    (seed?: number) => (seed === undefined ? ambient.random() : seededRandom(seed)),
    '<n?:n>',
  );
  expression.registerFunction('uuid', () => uuid(ambient.random), '<:s>');
  register('base64encode', (text: string) => Buffer.from(text, 'utf8').toString('base64'), '<s-:s>');
  register('base64decode', base64decode, '<s-:s>');
  register('decodeUrlComponent', decodeUrl, '<s-:s>');
  register('decodeUrl', decodeUrl, '<s-:s>');
  register('parse', parse, '<s:x>');
  expression.registerFunction(
    'now',
    (picture?: string, timezone?: string) => format(ambient.now(), picture, timezone),
    '<s?s?:s>',
  );
  expression.registerFunction('millis', () => ambient.now(), '<:n>');
  expression.assign('eval', undefined); // AWS has no such function, since an expression must be known when the machine is created
};
