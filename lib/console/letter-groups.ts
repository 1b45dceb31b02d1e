// Dead letters that failed alike, together.
import type { DeadLetter } from '../records/index.ts';
import { link } from './html.ts';

export interface LetterGroup<L> {
  readonly stage: string;
  readonly state: 'open' | 'replayed' | 'discarded';
  readonly error: string;
  readonly cause: string;
  readonly letters: readonly L[];
}

/** The largest group first. */
export const groupLetters = <L extends Pick<DeadLetter, 'stage' | 'state' | 'error' | 'cause'>>(
  letters: readonly L[],
): readonly LetterGroup<L>[] => {
  type Growing = LetterGroup<L> & { readonly letters: L[] };
  const groups = new Map<string, Growing>();
  for (const letter of letters) {
    const { stage, state = 'open', error, cause } = letter;
    const name = JSON.stringify([stage, state, error, cause]);
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
