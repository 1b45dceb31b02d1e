// How good the verdicts are, where people have said what is right.
import type { Label } from '../collect/contracts.ts';
import type { Quality, Score, ScoredReview, Tally, Verdict } from '../sentiment/contracts.ts';
import { verdictOf } from './judgement.ts';

interface Judged {
  readonly label: Label;
  readonly verdict: Verdict;
}

/** Null when no review has a label. */
export const qualityOf = (scored: readonly ScoredReview[], first: readonly Score[]): Quality | null => {
  const labelled = scored.flatMap((review) => (review.label === undefined ? [] : [{ ...review, label: review.label }]));
  if (labelled.length === 0) return null;
  const even = labelled.filter(({ line }) => line % 2 === 0);
  const firstByLine = new Map(first.map(({ line, score }) => [line, verdictOf(score)]));
  return {
    all: tallyOf(labelled),
    evenLines: tallyOf(even),
    evenLinesLexiconAlone: tallyOf(
      even.map(({ line, label }) => ({ label, verdict: firstByLine.get(line) ?? 'undecided' })),
    ),
    byModel: {
      lexicon: tallyOf(labelled.filter(({ model }) => model === 'lexicon')),
      careful: tallyOf(labelled.filter(({ model }) => model === 'careful')),
    },
    confusion: { positive: countVerdicts(labelled, 'positive'), negative: countVerdicts(labelled, 'negative') },
  };
};

/** An accuracy of nothing is 0, with `labelled` saying why. */
export const tallyOf = (judged: readonly Judged[]): Tally => {
  const right = judged.filter(({ label, verdict }) => label === verdict).length;
  return {
    labelled: judged.length,
    right,
    undecided: judged.filter(({ verdict }) => verdict === 'undecided').length,
    accuracy: judged.length === 0 ? 0 : Math.round((right / judged.length) * 10_000) / 10_000,
  };
};

const countVerdicts = (judged: readonly Judged[], label: Label): Record<Verdict, number> => {
  const counts: Record<Verdict, number> = { positive: 0, negative: 0, undecided: 0 };
  for (const one of judged) if (one.label === label) counts[one.verdict] += 1;
  return counts;
};
