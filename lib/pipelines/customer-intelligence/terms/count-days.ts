import type { Review } from '../collect/contracts.ts';
import type { DayOfSource } from '../trends/contracts.ts';

/** Each day of each source that has reviews, by day, then source. */
export const countDays = (reviews: readonly Review[]): DayOfSource[] =>
  groupByDay(reviews).map(({ day, source, own }) => ({ day, source, reviews: own.length }));

export interface OwnOfDay<R> {
  readonly day: string;
  readonly source: string;
  readonly own: readonly R[];
}

/** Reviews of each day of each source, by day, then source. */
export const groupByDay = <R extends Review>(reviews: readonly R[]): OwnOfDay<R>[] =>
  [...Map.groupBy(reviews, ({ date, source }) => `${date} ${source}`)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, own]) => own.slice(0, 1).map(({ date, source }) => ({ day: date, source, own })));
