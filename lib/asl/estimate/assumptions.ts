// What an estimate takes for granted, in sentences, with what to write to say better.
import { prices as listPrices, type Prices } from '../../records/index.ts';
import { pricesFile } from '../price-list.ts';
import { assumed, type KnownStage } from './facts.ts';
import type { AslState } from './machine.ts';
import { isUnpriced, operatorSeconds } from './usage.ts';

export const assumptionsOf = (
  states: readonly (readonly [string, AslState])[],
  stages: readonly KnownStage[],
  isExpress: boolean,
  prices: Prices,
): readonly string[] => {
  const timeless = stages.filter(({ isDurationAssumed }) => isDurationAssumed).map(({ id }) => id);
  const unsized = stages.filter(({ areItemsAssumed }) => areItemsAssumed);
  const unpriced = new Set(
    states.flatMap(([, state]) => (isUnpriced(state) ? [(state.Resource ?? '').split(':::').at(-1)] : [])),
  );
  return [
    ...(timeless.length > 0
      ? [
          `a call takes ${assumed.seconds} s of ${listed(timeless)}: say defineStage(…, { expect: { duration: '800ms' } })`,
        ]
      : []),
    ...unsized.map(
      ({ id, items }) => `${id} maps over ${items} items: say flow.map(…, { expect: { items: 1000 } }), or --items`,
    ),
    ...(unpriced.size > 0 ? [`calls of ${listed([...unpriced].map(String))} are not priced`] : []),
    ...(stages.some(({ pool }) => pool)
      ? ['nobody waits at a pool: who does is written down, and taken out of the line']
      : []),
    `a call of Heddle's own Lambdas takes ${operatorSeconds} s`,
    ...(isExpress ? ['an execution is billed 64 MB for as long as its longest path takes, at most 300 s'] : []),
    'text has 40 characters and a list 10 elements where a contract sets no lower bound',
    'worst: every retry is used, and every try of a stage runs to its timeout',
    `${prices === listPrices ? 'list prices' : `prices as ${pricesFile} says, else list prices`} of ${prices.region}, read ${prices.readOn}, without free tiers, logs, traces, and what stages call`,
  ];
};

/** The first names, and how many more there are. */
const listed = (names: readonly string[]): string =>
  names.length > 6 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
