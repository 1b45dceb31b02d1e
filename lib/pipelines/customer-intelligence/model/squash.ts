/** A sum of weights as a score from -1 to 1, to three decimals: steep at first, then flat. */
export const squash = (sum: number, softness: number): number =>
  Math.round((sum / Math.sqrt(sum * sum + softness)) * 1000) / 1000;
