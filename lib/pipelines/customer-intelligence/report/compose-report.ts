import type { Mover } from '../trends/contracts.ts';
import type { ComposeInput, MoodOfDay, ReportModel, ShownMover, SourceLine } from './contracts.ts';
import { headlineOf } from './headline.ts';
import { moodByDay } from './mood-by-day.ts';
import { count } from './numbers.ts';
import { pickMistakes, pickQuotes } from './pick-quotes.ts';
import { rankTerms, weighTerms } from './weigh-terms.ts';

const shownTerms = 8;

/** All that the report of a partition says. `run` is the report's own run. */
export const composeReport = (input: ComposeInput, run: { id: string; partition: string }): ReportModel => {
  const { collect, sentiment, trends } = input;
  const { scored, quality, models, mean } = sentiment;
  const verdicts = { positive: 0, negative: 0, undecided: 0 };
  for (const { verdict } of scored) verdicts[verdict] += 1;
  const days = moodByDay(scored);
  const weighed = weighTerms(trends.terms, scored);
  const { praised, criticised } = rankTerms(weighed, mean, shownTerms);
  const means = new Map(weighed.map((term) => [term.term, term.mean]));
  const withMean = (mover: Mover): ShownMover => ({ ...mover, mean: means.get(mover.term) ?? null });
  const { from, to, middle } = trends;
  return {
    title: `What people say: ${run.partition}`,
    partition: run.partition,
    file: collect.file,
    headline: headlineOf({ reviews: scored.length, positive: verdicts.positive, praised, criticised }),
    notes: [...collect.notes, ...unscoredNote(collect.sources, scored.length)],
    ...{ from, to, days, middle },
    risers: trends.risers.map(withMean),
    fallers: trends.fallers.map(withMean),
    reviews: scored.length,
    verdicts,
    mean,
    sources: sourcesOf(input, days),
    praised,
    criticised,
    best: pickQuotes(scored, 'positive'),
    worst: pickQuotes(scored, 'negative'),
    mistaken: pickMistakes(scored),
    quality,
    models,
    rows: collect.rows,
    rejected: collect.rejected,
    rejectedCount: collect.rejectedCount,
    runs: [
      { pipeline: 'collect', run: collect.run },
      { pipeline: 'sentiment', run: sentiment.run },
      { pipeline: 'trends', run: trends.run },
      { pipeline: 'report', run: run.id },
    ],
  };
};

/** What no model could read is not passed over in silence. */
const unscoredNote = (sources: readonly { readonly reviews: number }[], scored: number): readonly string[] => {
  const all = sources.reduce((sum, { reviews }) => sum + reviews, 0);
  if (all <= scored) return [];
  return [
    `${count(all - scored)} of ${count(all)} reviews have no score and count only in what is talked about more and less: replay the dead letters of sentiment.`,
  ];
};

const sourcesOf = ({ collect, sentiment }: ComposeInput, all: readonly MoodOfDay[]): SourceLine[] =>
  collect.sources.map((summary) => {
    const own = sentiment.scored.filter(({ source }) => source === summary.source);
    const labelled = own.filter(({ label }) => label !== undefined);
    const right = labelled.filter(({ label, verdict }) => label === verdict);
    const days = all.filter(({ source }) => source === summary.source);
    return {
      ...summary,
      mean: average(days, ({ mean }) => mean),
      positive: average(days, ({ positive }) => positive),
      accuracy: labelled.length === 0 ? null : right.length / labelled.length,
    };
  });

/** A mean over days, each weighed by its reviews. */
const average = (days: readonly MoodOfDay[], of: (day: MoodOfDay) => number): number => {
  const reviews = days.reduce((sum, day) => sum + day.reviews, 0);
  return reviews === 0 ? 0 : days.reduce((sum, day) => sum + of(day) * day.reviews, 0) / reviews;
};
