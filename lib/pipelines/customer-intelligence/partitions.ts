import { by, daily, keys, withTrials } from '../../definition/index.ts';

/** What a source gave on a day; and whole files of several, as trials. All pipelines of the app have the same. */
export const sourceDays = withTrials(
  by({ day: daily({ from: '2026-01-01' }), source: keys(['amazon', 'imdb', 'yelp']) }),
);
