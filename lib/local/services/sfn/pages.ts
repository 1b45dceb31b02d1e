// Pages of a list: at most `maxResults` entries and a token for the next.
import { AwsError, type Shape } from '../../service.ts';
import { optionalText } from './requests.ts';

const DEFAULT_SIZE = 100;

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

const offsetOf = (token: string | undefined): number => {
  if (token === undefined) return 0;
  const offset = Number(Buffer.from(token, 'base64url').toString('utf8'));
  if (Number.isInteger(offset) && offset > 0) return offset;
  throw new AwsError('InvalidToken', `Invalid Token: 'Invalid token'`);
};

/** What `maxResults` says; 0 and nothing say 100. */
export const sizeOf = ({ maxResults }: Shape): number => Number(maxResults ?? 0) || DEFAULT_SIZE;

/**
 * `read(limit, offset)` gives up to `limit` entries; one more than a page is asked for, to know whether there is a next. Where entries come
 * and go meanwhile, `keyOf` says where a page ended: `read` then gets the key of the last entry, 0 at first, instead of the offset.
 */
export const page = <T>(
  input: Shape,
  read: (limit: number, after: number) => readonly T[],
  keyOf?: (last: T) => number,
): Page<T> => {
  const offset = offsetOf(optionalText(input, 'nextToken'));
  const size = sizeOf(input);
  const entries = read(size + 1, offset);
  const more = entries.length > size;
  const items = more ? entries.slice(0, size) : entries;
  const last = items.at(-1);
  const next = keyOf && last !== undefined ? keyOf(last) : offset + size;
  return { items, nextToken: more ? Buffer.from(String(next)).toString('base64url') : undefined };
};
