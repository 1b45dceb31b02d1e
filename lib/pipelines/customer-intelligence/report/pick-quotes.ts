import type { Label } from '../collect/contracts.ts';
import type { ScoredReview } from '../sentiment/contracts.ts';
import type { Quote } from './contracts.ts';

const shown = 4;
/** Characters of a review that reads well as a quotation; shorter says little, longer is not read. */
const readable = { from: 40, to: 260 };

/** The clearest reviews of a verdict, from all sources in turn. */
export const pickQuotes = (scored: readonly ScoredReview[], verdict: Label): Quote[] => {
  const clear = scored
    .filter((review) => review.verdict === verdict)
    .toSorted((a, b) => reads(b) - reads(a) || Math.abs(b.score) - Math.abs(a.score) || a.line - b.line);
  const bySource = [...Map.groupBy(clear, ({ source }) => source).values()];
  const turns = Array.from({ length: shown }, (_, turn) => bySource.flatMap((own) => own.slice(turn, turn + 1)));
  return turns.flat().slice(0, shown).map(asQuote);
};

/** The verdicts that people contradict, the most confident first: where not to trust the models. */
export const pickMistakes = (scored: readonly ScoredReview[]): Quote[] =>
  scored
    .filter(({ label, verdict }) => label !== undefined && verdict !== 'undecided' && label !== verdict)
    .toSorted((a, b) => reads(b) - reads(a) || b.confidence - a.confidence || a.line - b.line)
    .slice(0, shown)
    .map(asQuote);

const reads = ({ text }: ScoredReview): number => (text.length >= readable.from && text.length <= readable.to ? 1 : 0);

const asQuote = ({ line, text, source, date, score, verdict, model, label }: ScoredReview): Quote => ({
  ...{ line, text, source, date, score, verdict, model },
  ...(label === undefined ? {} : { label }),
});
