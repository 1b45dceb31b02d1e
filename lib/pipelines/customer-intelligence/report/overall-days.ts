import type { MoodOfDay } from './contracts.ts';

/** A day of a chart. `positive` is a share from 0 to 1. */
export interface ChartDay {
  readonly day: string;
  readonly reviews: number;
  readonly positive: number;
}

/** Days of all sources together, in order. */
export const overallDays = (days: readonly MoodOfDay[]): ChartDay[] =>
  [...Map.groupBy(days, ({ day }) => day)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([day, own]) => {
      const reviews = own.reduce((sum, one) => sum + one.reviews, 0);
      return { day, reviews, positive: own.reduce((sum, one) => sum + one.positive * one.reviews, 0) / reviews };
    });
