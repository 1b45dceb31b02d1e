// Whether two samples come from the same distribution, by ranks alone: nothing is assumed of its form.
// H. B. Mann, D. R. Whitney: On a test of whether one of two random variables is stochastically larger than the other. Annals of
// Mathematical Statistics 18 (1947) 50-60. They found the normal approximation good from eight in each sample on.

export interface RankTest {
  /** Of both directions together; normal approximation with corrections for ties and continuity. */
  readonly p: number;
  /** The chance that one of `later` is larger than one of `earlier`, ties counting half. 0.5: no difference. */
  readonly larger: number;
}

/** Below this many in either sample the approximation is not good enough to say anything. */
export const fewestRanked = 8;

/** Undefined for samples that are too small. */
export const mannWhitney = (earlier: readonly number[], later: readonly number[]): RankTest | undefined => {
  const [n, m] = [earlier.length, later.length];
  if (n < fewestRanked || m < fewestRanked) return undefined;
  const all = [
    ...earlier.map((value) => ({ value, isLater: false })),
    ...later.map((value) => ({ value, isLater: true })),
  ].sort((a, b) => a.value - b.value);
  let rankSum = 0; // of `later`
  let ties = 0;
  for (let start = 0; start < all.length; ) {
    let end = start;
    while (end < all.length && all[end]?.value === all[start]?.value) end++;
    const rank = (start + 1 + end) / 2; // equal values share the mean of their ranks
    rankSum += rank * all.slice(start, end).filter(({ isLater }) => isLater).length;
    ties += (end - start) ** 3 - (end - start);
    start = end;
  }
  const u = rankSum - (m * (m + 1)) / 2;
  const mean = (n * m) / 2;
  const count = n + m;
  const deviation = Math.sqrt(((n * m) / 12) * (count + 1 - ties / (count * (count - 1))));
  const larger = u / (n * m);
  if (deviation === 0) return { p: 1, larger };
  const z = Math.max(0, Math.abs(u - mean) - 0.5) / deviation;
  return { p: Math.min(1, 2 * upperTail(z)), larger };
};

/** The chance of a standard normal value above `z`, from 0 up. Abramowitz and Stegun, Handbook (1964), 26.2.17: within 7.5e-8. */
const upperTail = (z: number): number => {
  const t = 1 / (1 + 0.2316419 * z);
  const series = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  return density * series.reduce((sum, factor, power) => sum + factor * t ** (power + 1), 0);
};
