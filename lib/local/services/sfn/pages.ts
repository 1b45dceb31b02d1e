// Pages of a list: at most `maxResults` entries and a token for the next.
import { AwsError, type Shape } from '../../service.ts';
import { optionalText, refused, within } from './requests.ts';

const DEFAULT_SIZE = 100;
const LARGEST_SIZE = 1000;
const LONGEST_TOKEN = 1024;

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

const offsetOf = (token: string | undefined, longest: number): number => {
  if (token === undefined) return 0;
  if (token === '') throw refused("''", 'nextToken', 'have length greater than or equal to 1');
  if (token.length > longest) throw refused(`'${token}'`, 'nextToken', `have length less than or equal to ${longest}`);
  const offset = Number(Buffer.from(token, 'base64url').toString('utf8'));
  if (Number.isInteger(offset) && offset > 0) return offset;
  throw new AwsError('InvalidToken', `Invalid Token: 'Invalid token'`);
};

/** What `maxResults` says; 0 and nothing say 100. Throws ValidationException. */
export const sizeOf = (maxResults: unknown, largest = LARGEST_SIZE): number => {
  if (maxResults === undefined || maxResults === 0) return DEFAULT_SIZE;
  if (!Number.isInteger(maxResults))
    throw new AwsError(
      'SerializationException',
      `maxResults is ${JSON.stringify(maxResults)}; expected a whole number`,
    );
  return within(Number(maxResults), 'maxResults', 0, largest);
};

/**
 * `read(limit, offset)` gives up to `limit` entries; one more than a page is asked for, to know whether there is a next. Where entries come
 * and go meanwhile, `keyOf` says where a page ended: `read` then gets the key of the last entry, 0 at first, instead of the offset.
 */
export const page = <T>(
  input: Shape,
  read: (limit: number, after: number) => readonly T[],
  longestToken = LONGEST_TOKEN,
  keyOf?: (last: T) => number,
): Page<T> => {
  const offset = offsetOf(optionalText(input, 'nextToken'), longestToken);
  const size = sizeOf(input.maxResults);
  const entries = read(size + 1, offset);
  const more = entries.length > size;
  const items = more ? entries.slice(0, size) : entries;
  const last = items.at(-1);
  const next = keyOf && last !== undefined ? keyOf(last) : offset + size;
  return { items, nextToken: more ? Buffer.from(String(next)).toString('base64url') : undefined };
};
