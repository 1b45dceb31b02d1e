// Words that several rules use in their messages.
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

/** What to write instead of an unknown name: the nearest known one, or the choice of all. `spell` turns a name into code. */
export const offer = (unknown: string, known: readonly string[], spell: (name: string) => string): string => {
  const near = nearest(unknown, known);
  if (near !== undefined) return `did you mean ${spell(near)}?`;
  return known.length === 0 ? '' : `there is ${known.map(spell).join(', ')}`;
};
