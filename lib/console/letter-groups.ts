// Dead letters that failed alike, together.
import { STATUS_CODES } from 'node:http';
import type { DeadLetter } from '../records/index.ts';
import { link } from './html.ts';

export interface LetterGroup<L> {
  readonly stage: string;
  readonly state: 'open' | 'replayed' | 'discarded';
  readonly error: string;
  /** Of the first of them. */
  readonly cause: string;
  readonly letters: readonly L[];
}

interface Kind {
  readonly name: 'uuid' | 'hash' | 'token' | 'number';
  readonly pattern: string;
  /** One of them, that stands for all. */
  readonly like: string;
}

/** What in a cause says which one failed, as an id or the number of a line: the first that fits. */
const kinds: readonly Kind[] = [
  {
    name: 'uuid',
    pattern: String.raw`[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}`,
    like: '00000000-0000-0000-0000-000000000000',
  },
  { name: 'hash', pattern: String.raw`(?=[a-fA-F]*\d)(?=\d*[a-fA-F])[\da-fA-F]{6,}`, like: '00000a' },
  {
    name: 'token', // as AWS names requests
    pattern: String.raw`(?=(?:[a-zA-Z]*\d){3})(?=\d*[a-zA-Z])[\da-zA-Z]{12,}`,
    like: '00000000000z',
  },
  { name: 'number', pattern: String.raw`\d+`, like: '0' },
];

/** `404 Not Found`; not any number that is not found. */
const statuses = Object.entries(STATUS_CODES).flatMap(([status, words]) =>
  status >= '400' ? String.raw`${status} \(?${words}` : [],
);
/** Not the code of a post office or a product. */
const code = '(?:(?:status|error|exit|return|result|response|with)[ _-]?|(?<![a-z] ?))code';
/** A number that says with what it failed: a status, the code of an error, how a process ended. */
const telling = [
  String.raw`(?<=(?:HTTP(?:\W\d(?:\.\d)?)?|status|${code}|errno)(?: (?:is|was|of))?\W{0,4})\d{1,4}(?!\d)`,
  String.raw`(?<=(?:error|exit|signal)[ (#]{1,2}|HDL)\d{1,5}(?!\d)`,
  // As clients of models begin: 429 Rate limit reached, 529 {"type":"error"; not a number of things, as 451 characters.
  String.raw`(?<=^|: )[45]\d\d(?= (?:(?-i:[A-Z]|[{[("-])|(?:from|error|response)\b))`,
  ...statuses,
].join('|');

const varying = new RegExp(
  kinds
    .map(({ name, pattern }) =>
      name === 'number'
        ? String.raw`(?<!\d)(?!${telling})(?<number>${pattern})`
        : `(?<![a-z0-9])(?<${name}>${pattern})(?![a-z0-9])`,
    )
    .join('|'),
  'gi',
);

/**
 * What is the same in causes that failed alike: the text less its ids and numbers, but for those that say with what it failed. A form of a
 * page may have sent other ends of lines than it was given.
 */
export const likeness = (cause: string): string =>
  cause.replaceAll(/\r\n?/g, '\n').replaceAll(varying, (...match) => {
    const found = match.at(-1) as { readonly [kind: string]: string | undefined }; // the groups stand last
    return kinds.find(({ name }) => found[name] !== undefined)?.like ?? '';
  });

/** The largest group first. */
export const groupLetters = <L extends Pick<DeadLetter, 'stage' | 'state' | 'error' | 'cause'>>(
  letters: readonly L[],
): readonly LetterGroup<L>[] => {
  type Growing = LetterGroup<L> & { readonly letters: L[] };
  const groups = new Map<string, Growing>();
  for (const letter of letters) {
    const { stage, state = 'open', error, cause } = letter;
    const name = JSON.stringify([stage, state, error, likeness(cause)]);
    const group: Growing = groups.get(name) ?? { stage, state, error, cause, letters: [] };
    group.letters.push(letter);
    groups.set(name, group);
  }
  return [...groups.values()].toSorted((a, b) => b.letters.length - a.letters.length);
};

/** Where a dead letter is looked at. */
export const letterLink = ({
  pipeline,
  run,
  stage,
  item,
}: Pick<DeadLetter, 'pipeline' | 'run' | 'stage' | 'item'>): string =>
  link(['dead-letters', pipeline, run, stage, ...(item === undefined ? [] : [String(item)])]);
