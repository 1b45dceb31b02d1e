/** Throws when one of our own assumptions is broken: a bug of Heddle, never the user's mistake. */
export function invariant(condition: unknown, why: string): asserts condition {
  if (!condition) throw new Error(`Heddle bug: ${why}. Please report it.`);
}
