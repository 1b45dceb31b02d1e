// Words that several rules use in their messages, and the test behind most of them.
import { nearest } from '../../support/nearest.ts';

const nouns: { readonly [type: string]: string } = {
  string: 'a string',
  number: 'a number',
  integer: 'an integer',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
  missing: 'missing',
  value: 'a value',
};

/** JSON types as a person says them: `string or null` is `a string or null`. */
export const inWords = (types: string): string =>
  types
    .split(' or ')
    .map((type) => nouns[type] ?? type)
    .join(' or ');

/** What to write instead of an unknown name: the nearest known one, or the choice of all; nothing when none is known. */
export const offer = (unknown: string, known: readonly string[], spell: (name: string) => string): string => {
  const near = nearest(unknown, known);
  const names = (near === undefined ? known : [near]).map(spell);
  return names.length === 0 ? '' : `read ${names.join(' or ')}`;
};

export const isWhole = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;
