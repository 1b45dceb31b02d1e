// Pages of a list: at most `maxResults` entries and a token for the next.
import { AwsError, type Shape } from '../../service.ts';

const DEFAULT_SIZE = 100;
const LARGEST_SIZE = 1000;

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

const offsetOf = (token: unknown): number => {
  if (token === undefined) return 0;
  const offset = Number(Buffer.from(String(token), 'base64url').toString('utf8'));
  if (Number.isInteger(offset) && offset > 0) return offset;
  throw new AwsError('InvalidToken', `Invalid Token: 'Invalid token'`);
};

/** What `maxResults` says; 0 and nothing say 100. Throws ValidationException. */
export const sizeOf = (maxResults: unknown, largest = LARGEST_SIZE): number => {
  if (maxResults === undefined || maxResults === 0) return DEFAULT_SIZE;
  if (Number.isInteger(maxResults) && Number(maxResults) > 0 && Number(maxResults) <= largest)
    return Number(maxResults);
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value '${maxResults}' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to ${largest}`,
  );
};

/** `read(limit, offset)` gives up to `limit` entries; one more than a page is asked for, to know whether there is a next. */
export const page = <T>(input: Shape, read: (limit: number, offset: number) => readonly T[]): Page<T> => {
  const offset = offsetOf(input.nextToken);
  const size = sizeOf(input.maxResults);
  const items = read(size + 1, offset);
  const more = items.length > size;
  return {
    items: more ? items.slice(0, size) : items,
    nextToken: more ? Buffer.from(String(offset + size)).toString('base64url') : undefined,
  };
};
