import type { Rejection, Review, Row, SourceSummary } from '../collect/contracts.ts';
import { checkRow } from './check-row.ts';

/** Each source with its reviews counted, the largest first. */
export const summariseSources = (reviews: readonly Review[]): SourceSummary[] =>
  [...Map.groupBy(reviews, ({ source }) => source)]
    .map(([source, own]) => {
      const days = own.map(({ date }) => date).toSorted();
      return {
        source,
        reviews: own.length,
        labelled: own.filter(({ label }) => label !== undefined).length,
        from: days.at(0) ?? '',
        to: days.at(-1) ?? '',
      };
    })
    .toSorted((a, b) => b.reviews - a.reviews || (a.source < b.source ? -1 : 1));

/** The rows that did not become reviews, and why: the check is pure, so asking again gives the dead letter's own words. */
export const rejectionsIn = (rows: readonly Row[], reviews: readonly Review[]): Rejection[] => {
  const kept = new Set(reviews.map(({ line }) => line));
  return rows
    .filter(({ line }) => !kept.has(line))
    .map((row) => {
      const checked = checkRow(row);
      return { line: row.line, why: checked.ok ? `line ${row.line}: its check could not run` : checked.problem };
    });
};
