/** So many of the items that there are, or a share of them in percent. */
export type Share = { readonly count: number } | { readonly percent: number };

/** Reads `3%` or `12`. Undefined for what is neither, and for what hits nothing: a percentage is above 0, 100 at most. */
export const readShare = (text: string): Share | undefined => {
  const [, digits, sign] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim()) ?? [];
  const number = Number(digits);
  if (digits === undefined || number === 0) return undefined;
  if (sign === '%') return number <= 100 ? { percent: number } : undefined;
  return Number.isSafeInteger(number) ? { count: number } : undefined;
};
