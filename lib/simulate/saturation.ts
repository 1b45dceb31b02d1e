// How many runs a day there may be until something is in the way: found by halving, for a time at the busiest rate of the day.
import { rateAt } from './arrivals.ts';
import type { QuotaName } from './quotas.ts';
import { type Outcome, type SimulationOptions, simulate } from './simulation.ts';

export interface Saturation {
  readonly quota: QuotaName;
  /** Up to so many all is well. */
  readonly runsPerDay: number;
}

/** Long enough for saved-up tokens to be used and for a queue to show that it grows. */
const windowSeconds = 600;
const maxStartDelay = 60;
/** Halvings of a range of a factor of four: to two per cent. */
const halvings = 6;

/** One in the way for good: starts that wait longer and longer, or work that is put off. */
const isTooMuch = ({ startDelay, failed, uses, endedAt, duration }: Outcome): boolean =>
  failed > 0 ||
  startDelay.percentile(0.99) > maxStartDelay ||
  endedAt - windowSeconds > 2 * duration.percentile(0.5) + maxStartDelay ||
  uses.some(({ throttled, name }) => throttled > 0 && name !== 'LambdaScaling' && name !== 'StartExecution');

/** What was in the way most: by its share of what it has, consumers last, for they wait for all others. */
const mainOf = ({ uses }: Outcome): QuotaName => {
  const [first] = uses
    .filter(({ name }) => name !== 'InFlight' && name !== 'LambdaScaling')
    .map(({ name, peak, quota, throttled }) => ({ name, share: peak / quota.most, throttled }))
    .sort((a, b) => Number(b.throttled > 0) - Number(a.throttled > 0) || b.share - a.share);
  return first?.name ?? 'Consumers';
};

/** The quota that saturates first, at how many runs a day. */
export const saturationOf = (options: SimulationOptions): Saturation => {
  const { arrivals } = options;
  // The window is flat, at the highest rate of the shape.
  const most = Math.max(...Array.from({ length: 1_440 }, (_, minute) => rateAt(arrivals, minute * 60)));
  const at = (runsPerDay: number): Outcome =>
    simulate({
      ...options,
      arrivals: { perDay: runsPerDay * most, shape: 'flat', peak: 1 },
      from: 0,
      until: windowSeconds,
    });
  let [fine, tooMuch] = [arrivals.perDay / 16, arrivals.perDay];
  let last: Outcome | undefined;
  for (; tooMuch < 1e10; tooMuch *= 4) {
    const outcome = at(tooMuch);
    if (isTooMuch(outcome)) {
      last = outcome;
      break;
    }
    fine = tooMuch;
  }
  for (let n = 0; n < halvings; n++) {
    const middle = Math.sqrt(fine * tooMuch);
    const outcome = at(middle);
    if (isTooMuch(outcome)) {
      tooMuch = middle;
      last = outcome;
    } else fine = middle;
  }
  return { quota: last ? mainOf(last) : 'Consumers', runsPerDay: fine };
};

/** What is in the way first, then with a hundred times as much of that, and so on. */
export const saturationsOf = (options: SimulationOptions, count: number): readonly Saturation[] => {
  const found: Saturation[] = [];
  let { quotas } = options;
  for (let n = 0; n < count; n++) {
    const one = saturationOf({ ...options, quotas });
    found.push(one);
    const { most, bucket, ...rest } = quotas[one.quota];
    const more = { ...rest, most: 100 * most, ...(bucket === undefined ? {} : { bucket: 100 * bucket }) };
    quotas = { ...quotas, [one.quota]: more };
  }
  return found;
};
