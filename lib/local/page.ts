// A page of a list, where all of it is at hand: its items in the order of their names, after the one that the last page ended with.
import { AwsError, type Shape } from './service.ts';

export interface PageAsked {
  readonly size: number;
  readonly after: string | undefined;
}

/** How the input of a list says which page it wants, and how AWS refuses what is none. */
export interface PageFields {
  /** The field that says how many; absent where AWS alone decides. */
  readonly size?: string;
  readonly token: string;
  readonly most: number;
  /** @default the most */
  readonly usual?: number;
  readonly error: string;
}

/** The page that `input` asks for. */
export const asked = (input: Shape, { size: field, token, most, usual = most, error }: PageFields): PageAsked => {
  const after = input[token] ?? undefined;
  const given = field === undefined ? undefined : input[field];
  const size = Number(given ?? usual); // the query protocol and paths give texts
  if (!Number.isInteger(size) || size < 1 || size > most)
    throw new AwsError(error, `Value ${String(given)} for ${field} must be a whole number from 1 to ${most}`);
  if (after !== undefined && typeof after !== 'string') throw new AwsError(error, `${token} must be a string`);
  return { size, after };
};

/** `next` is the token for the page after this one. */
export const pageOf = <T>(
  all: readonly T[],
  nameOf: (item: T) => string,
  { size, after }: PageAsked,
): { readonly items: readonly T[]; readonly next: string | undefined } => {
  const rest = after === undefined ? all : all.filter((item) => nameOf(item) > after);
  const sorted = rest.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const items = sorted.slice(0, size);
  const last = items.at(-1);
  return { items, next: sorted.length > size && last !== undefined ? nameOf(last) : undefined };
};
