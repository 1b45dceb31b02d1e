// A page of a list, where all of it is at hand: its items in the order of their names, after the one that the last page ended with.
import { AwsError, type Shape } from './service.ts';

export interface PageAsked {
  readonly size: number;
  readonly after: string | undefined;
  /** From the last name to the first. */
  readonly isDescending?: boolean;
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
  { size, after, isDescending = false }: PageAsked,
): { readonly items: readonly T[]; readonly next: string | undefined } => {
  const named = all.map((item) => ({ item, name: nameOf(item) }));
  const sorted = named.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (isDescending) sorted.reverse();
  const isAfter = (name: string): boolean => after === undefined || (isDescending ? name < after : name > after);
  const rest = sorted.filter(({ name }) => isAfter(name));
  const page = rest.slice(0, size);
  return { items: page.map(({ item }) => item), next: rest.length > size ? page.at(-1)?.name : undefined };
};
