/** What reading something gave: the thing, or what was found, what was expected and how to mend it. */
export type Finding<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

export const found = <T>(value: T): Finding<T> => ({ ok: true, value });
export const missed = (problem: string): Finding<never> => ({ ok: false, problem });

/** A value as a message quotes it, cut to 60 characters. */
export const quoted = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};
