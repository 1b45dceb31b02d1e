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
  const groups = new Map<string, LetterGroup<L>>();
  for (const letter of letters) {
    const { stage, state = 'open', error, cause } = letter;
    const name = JSON.stringify([stage, state, error, cause]);
    groups.set(name, { stage, state, error, cause, letters: [...(groups.get(name)?.letters ?? []), letter] });
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
