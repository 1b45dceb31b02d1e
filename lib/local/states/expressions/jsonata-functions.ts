// The functions that AWS adds to JSONata, and the ones that it replaces because they read time or chance.
// https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided-by-sfn

import type { Expression } from 'jsonata';
import { crypto } from '../../late-modules.ts';
import { uuid } from '../../uuid.ts';
import { jsonata } from './jsonata-package.ts';
import type { Ambient } from './scope.ts';

const MAX_ITEMS = 1000;

const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

export const partition = (items: readonly unknown[], size: number): unknown[][] => {
  const chunk = Math.floor(size);
  if (!(chunk > 0)) throw new Error('The chunk size of $partition must be a positive number');
  const parts: unknown[][] = [];
  for (let at = 0; at < items.length; at += chunk) parts.push(items.slice(at, at + chunk));
  return parts;
};

export const range = (first: number, last: number, step: number): number[] => {
  if (step === 0) throw new Error('The increment must not be 0');
  const count = Math.floor((last - first) / step) + 1;
  if (count > MAX_ITEMS) throw new Error(`An array range may hold at most ${MAX_ITEMS} numbers`);
  return Array.from({ length: Math.max(0, count) }, (_, index) => first + index * step);
};

export const hash = (content: string, algorithm: string): string => {
  const name = HASHES[algorithm];
  if (name === undefined) {
    throw new Error(`Unknown hash algorithm ${algorithm}; one of ${Object.keys(HASHES).join(', ')} is expected`);
  }
  return crypto().createHash(name).update(content, 'utf8').digest('hex');
};

/** A number in [0, 1) that is the same for the same seed (mulberry32). */
export const seededRandom = (seed: number): number => {
  let state = (Math.trunc(seed) + 0x6d2b79f5) | 0;
  state = Math.imul(state ^ (state >>> 15), state | 1);
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
  return ((state ^ (state >>> 14)) >>> 0) / 2 ** 32;
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
  register('range', range, '<nnn:a>');
  register('hash', (content: unknown, algorithm: string) =>
    hash(typeof content === 'string' ? content : JSON.stringify(content), algorithm),
  );
  expression.registerFunction(
    'random',
    (seed?: number) => (seed === undefined ? ambient.random() : seededRandom(seed)),
    '<n?:n>',
  );
  expression.registerFunction('uuid', () => uuid(ambient.random), '<:s>');
  register('parse', (text: string) => JSON.parse(text), '<s:x>');
  expression.registerFunction(
    'now',
    (picture?: string, timezone?: string) => format(ambient.now(), picture, timezone),
    '<s?s?:s>',
  );
  expression.registerFunction('millis', () => ambient.now(), '<:n>');
  // AWS: $eval is not supported, since an expression must be known when the machine is created.
  expression.registerFunction('eval', () => {
    throw new Error('The function $eval is not supported');
  });
};
