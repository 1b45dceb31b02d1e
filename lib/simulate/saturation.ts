// How many runs a day there may be until something is in the way: found by halving, for a time at the busiest rate of the day.
import { rateAt } from './arrivals.ts';
import type { QuotaUse } from './gauges.ts';
import type { QuotaName } from './quotas.ts';
import { type Outcome, type SimulationOptions, simulate } from './simulation.ts';

export interface Saturation {
  readonly quota: QuotaName;
  /** Up to so many all is well. */
  readonly runsPerDay: number;
}

/** Long enough for saved-up tokens to be used and for a queue to show that it grows. */
const windowSeconds = 300;
const maxStartDelay = 20;
/** Halvings of a range of a factor of four: to four per cent. */
const halvings = 5;

/** Those that are waited for: they are in the way when starts are late, not when one call has to wait a second. */
const bearable: readonly QuotaName[] = ['StartExecution', 'GetParameter', 'LambdaScaling'];

/** One in the way for good: starts that wait longer and longer, or work that is put off. */
const isTooMuch = (outcome: Outcome): boolean =>
  outcome.failed + outcome.unaccounted > 0 ||
  outcome.startDelay.percentile(0.99) > maxStartDelay ||
  unbearable(outcome).length > 0;

const unbearable = ({ uses }: Outcome): readonly QuotaUse[] =>
  uses.filter(({ throttled, name }) => throttled > 0 && !bearable.includes(name));

/** What was in the way most: what nobody bears, else what starts wait for, else who takes them. */
const mainOf = (outcome: Outcome): QuotaName => {
  const waitedFor = outcome.uses.filter(({ throttled, name }) => throttled > 0 && name !== 'LambdaScaling');
  const [first] = [...unbearable(outcome), ...waitedFor].sort(
    (a, b) =>
      Number(bearable.includes(a.name)) - Number(bearable.includes(b.name)) ||
      b.peak / b.quota.most - a.peak / a.quota.most,
  );
  return first?.name ?? 'Consumers';
};

/** The quota that saturates first, at how many runs a day. */
export const saturationOf = (options: SimulationOptions): Saturation => {
  const { arrivals, load } = options;
  // Were all its steps one after the other.
  const longestRun = load.steps.reduce(
    (sum, { seconds, times, atOnce }) => sum + seconds * Math.ceil(times / atOnce) + 1,
    0,
  );
  // The window is flat, at the highest rate of the shape.
  const most = Math.max(...Array.from({ length: 1_440 }, (_, minute) => rateAt(arrivals, minute * 60)));
  const at = (runsPerDay: number): Outcome =>
    simulate({
      ...options,
      arrivals: { perDay: runsPerDay * most, shape: 'flat', peak: 1 },
      from: 0,
      until: windowSeconds,
      patience: windowSeconds + longestRun,
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
