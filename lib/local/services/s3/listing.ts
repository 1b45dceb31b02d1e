// ListObjectsV2 and ListObjects: keys in order, folded at a delimiter.
import { AwsError, type Shape } from '../../service.ts';
import { checksumKinds } from './checksums.ts';
import { type ObjectTable, type StoredObject, wholeSeconds } from './object-table.ts';

const MAX_KEYS = 1000;

/** What a listing asks for. */
interface Ask {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter: string;
  /** Only keys, and folded prefixes, after this one. */
  readonly after: string;
  readonly limit: number;
}

interface Listing {
  readonly contents: readonly StoredObject[];
  readonly prefixes: readonly string[];
  /** Set where there is more: the last key or prefix of this page. */
  readonly last: string | undefined;
}

const folded = (key: string, { prefix, delimiter }: Ask): string | undefined => {
  const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
};

const PAST_PREFIX = '\u{10ffff}'; // a key after all keys that start with the prefix before it

/** AWS: what is folded with a marker has been told of, also where the marker is within it; a key to start after is a key. */
const startOf = (ask: Ask, isWithin: boolean): string => {
  const fold = folded(ask.after, ask);
  return fold !== undefined && (isWithin || fold === ask.after) ? fold + PAST_PREFIX : ask.after;
};

const list = (table: ObjectTable, ask: Ask, isMarker = false): Listing => {
  const contents: StoredObject[] = [];
  const prefixes: string[] = [];
  let last = ask.after;
  let after = startOf(ask, isMarker);
  while (true) {
    const page = table.page({ bucket: ask.bucket, prefix: ask.prefix, after, limit: ask.limit + 1 });
    let isSkipped = false;
    for (const object of page) {
      if (contents.length + prefixes.length === ask.limit) return { contents, prefixes, last };
      const fold = folded(object.key, ask);
      last = fold ?? object.key;
      after = fold === undefined ? object.key : fold + PAST_PREFIX;
      if (fold === undefined) contents.push(object);
      else {
        prefixes.push(fold);
        isSkipped = true; // read on behind the folded keys, which may be many
        break;
      }
    }
    if (!isSkipped && page.length <= ask.limit) return { contents, prefixes, last: undefined };
  }
};

const text = (input: Shape, field: string): string => String(input[field] ?? '');

const limitOf = (input: Shape): number => {
  const asked = Number(input.MaxKeys ?? MAX_KEYS);
  if (!Number.isInteger(asked) || asked < 0)
    throw new AwsError('InvalidArgument', 'Provided max-keys not an integer or within integer range');
  return Math.min(asked, MAX_KEYS);
};

const contentOf =
  (owner: string | undefined) =>
  ({ key, etag, size, modifiedMs, fields }: StoredObject): Shape => ({
    Key: key,
    LastModified: wholeSeconds(modifiedMs),
    ETag: `"${etag}"`,
    ...checksumKinds(fields),
    Size: size,
    StorageClass: 'STANDARD',
    ...(owner !== undefined && { Owner: { ID: owner } }),
  });

const common = (input: Shape, ask: Ask, { contents, prefixes, last }: Listing, owner: string | undefined): Shape => ({
  Name: ask.bucket,
  Prefix: ask.prefix,
  MaxKeys: ask.limit,
  IsTruncated: last !== undefined,
  ...(ask.delimiter !== '' && { Delimiter: ask.delimiter }),
  ...(input.EncodingType !== undefined && { EncodingType: input.EncodingType }),
  Contents: contents.map(contentOf(owner)),
  CommonPrefixes: prefixes.map((prefix) => ({ Prefix: prefix })),
});

const NOTHING: Listing = { contents: [], prefixes: [], last: undefined };

const askOf = (input: Shape, after: string): Ask => ({
  bucket: text(input, 'Bucket'),
  prefix: text(input, 'Prefix'),
  delimiter: text(input, 'Delimiter'),
  after,
  limit: limitOf(input),
});

const tokenAfter = (last: string): string => Buffer.from(last).toString('base64url');

const afterToken = (token: string): string => {
  const after = Buffer.from(token, 'base64url').toString();
  if (token !== '' && tokenAfter(after) === token) return after;
  const argument = { ArgumentName: 'continuation-token' };
  throw new AwsError('InvalidArgument', 'The continuation token provided is incorrect', 400, argument);
};

/** Output of ListObjectsV2. The owner is told of where it is asked for. */
export const listObjectsV2 = (table: ObjectTable, input: Shape, owner: string): Shape => {
  const token = input.ContinuationToken;
  const after = token === undefined ? text(input, 'StartAfter') : afterToken(String(token));
  const ask = askOf(input, after);
  const isOwned = String(input.FetchOwner) === 'true'; // a text over the wire
  const listing = ask.limit === 0 ? NOTHING : list(table, ask);
  return {
    ...common(input, ask, listing, isOwned ? owner : undefined),
    KeyCount: listing.contents.length + listing.prefixes.length,
    ...(token === undefined && input.StartAfter !== undefined && { StartAfter: input.StartAfter }),
    ...(token !== undefined && { ContinuationToken: token }),
    ...(listing.last !== undefined && { NextContinuationToken: tokenAfter(listing.last) }),
  };
};

/** Output of ListObjects, the older form. */
export const listObjects = (table: ObjectTable, input: Shape, owner: string): Shape => {
  const ask = askOf(input, text(input, 'Marker'));
  const listing = ask.limit === 0 ? NOTHING : list(table, ask, true);
  return {
    ...common(input, ask, listing, owner),
    Marker: ask.after,
    // AWS: without a delimiter the last key is where to go on.
    ...(listing.last !== undefined && ask.delimiter !== '' && { NextMarker: listing.last }),
  };
};
