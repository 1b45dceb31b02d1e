// Dead letters that failed alike, together.
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

/** Numbers that say which one failed, as of a line or an item; not those that say with what. */
const numbers = /(?<!\d|(?:HTTP|status|code|errno)\W{0,2})\d+/gi;

/** What is the same in causes that failed alike: the text less its numbers. */
export const likeness = (cause: string): string => cause.replace(numbers, '0');

/** A regular expression for the causes that are like this one. */
export const patternOf = (cause: string): string => {
  const parts = cause.split(numbers).map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return `^${parts.join('\\d+')}$`;
};

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
