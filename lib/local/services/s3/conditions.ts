// Conditional requests and byte ranges, as S3 decides them.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
import { AwsError, type Shape } from '../../service.ts';
import type { StoredObject } from './object-table.ts';

const text = (input: Shape, field: string): string | undefined => {
  const value = input[field];
  return value === undefined || value === null ? undefined : String(value);
};

const bare = (etag: string): string => etag.trim().replace(/^"|"$/g, '');

const matches = (condition: string, object: StoredObject | undefined): boolean =>
  object !== undefined && (condition.trim() === '*' || condition.split(',').some((etag) => bare(etag) === object.etag));

const failed = (condition: string): AwsError =>
  new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    Condition: condition,
  });

const oddCondition = (header: string, why: string): AwsError =>
  new AwsError('NotImplemented', 'A header you provided implies functionality that is not implemented', 501, {
    Header: header,
    additionalMessage: why,
  });

/** AWS: a write is under one condition, the ETag that is there or that nothing is. Throws NotImplemented. */
export const checkWriteConditions = (input: Shape): void => {
  const [ifMatch, ifNoneMatch] = [text(input, 'IfMatch'), text(input, 'IfNoneMatch')];
  if (ifMatch !== undefined && ifNoneMatch !== undefined)
    throw oddCondition('If-Match,If-None-Match', 'Multiple conditional request headers present in the request');
  if (ifMatch === '*' || (ifNoneMatch !== undefined && ifNoneMatch !== '*'))
    throw oddCondition('If-None-Match', "We don't accept the provided value of If-None-Match header for this API");
};

/** Throws 412 where a write's If-Match or If-None-Match does not hold, 404 for If-Match on a missing object. */
export const checkWrite = (input: Shape, existing: StoredObject | undefined): void => {
  const ifMatch = text(input, 'IfMatch');
  if (ifMatch !== undefined && existing === undefined) throw noSuchKey(String(input.Key));
  if (ifMatch !== undefined && !matches(ifMatch, existing)) throw failed('If-Match');
  const ifNoneMatch = text(input, 'IfNoneMatch');
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, existing)) throw failed('If-None-Match');
};

/** Whose conditions are read: those of the request, or those on the source of a copy. */
interface Side {
  readonly prefix: string;
  /** Before the name of a condition that did not hold. */
  readonly header: string;
}

const OWN: Side = { prefix: '', header: '' };
export const COPY_SOURCE: Side = { prefix: 'CopySource', header: 'x-amz-copy-source-' };

/** Throws 412 or 304 where a read's conditions say so. AWS pays no heed to a change since a time that is yet to come. */
export const checkRead = (input: Shape, object: StoredObject, nowMs: number, { prefix, header } = OWN): void => {
  const seconds = Math.floor(object.modifiedMs / 1000);
  const ifMatch = text(input, `${prefix}IfMatch`);
  if (ifMatch !== undefined && !matches(ifMatch, object)) throw failed(`${header}If-Match`);
  const since = text(input, `${prefix}IfUnmodifiedSince`);
  if (ifMatch === undefined && since !== undefined && seconds > Date.parse(since) / 1000)
    throw failed(`${header}If-Unmodified-Since`);
  const ifNoneMatch = text(input, `${prefix}IfNoneMatch`);
  const modifiedSince = Date.parse(text(input, `${prefix}IfModifiedSince`) ?? '');
  const isSame = ifNoneMatch !== undefined && matches(ifNoneMatch, object);
  const isOld = ifNoneMatch === undefined && seconds <= modifiedSince / 1000 && modifiedSince < nowMs;
  if (!isSame && !isOld) return;
  if (header === '') throw new AwsError('NotModified', 'Not Modified', 304);
  throw failed(`${header}${isSame ? 'If-None-Match' : 'If-Modified-Since'}`);
};

export const noSuchKey = (key: string): AwsError =>
  new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });

/** The bytes of an object of `size` bytes that a part copies: all, or those of a range, of which AWS wants both ends. Throws AwsError. */
export const copyRangeOf = (range: unknown, size: number): { start: number; end: number } => {
  if (range === undefined) return { start: 0, end: size - 1 };
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(String(range)) ?? [];
  const [start, end] = [Number(first), Number(last)];
  const argument = { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: String(range) };
  if (!(start <= end))
    throw new AwsError(
      'InvalidArgument',
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      400,
      argument,
    );
  if (start >= size)
    throw new AwsError('InvalidRequest', 'The specified copy range is invalid for the source object size');
  if (end < size) return { start, end };
  const message = `Range specified is not valid for source object of size: ${size}`;
  throw new AwsError('InvalidArgument', message, 400, argument);
};

/** The bytes that a Range header asks for; undefined where it asks for all, or is none that S3 reads. Throws 416 outside of the object. */
export const rangeOf = (range: unknown, size: number): { start: number; end: number } | undefined => {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(typeof range === 'string' ? range.trim() : '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from === '' ? Number(to) > 0 : start < size) return start <= end ? { start, end } : undefined;
  throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416, {
    RangeRequested: String(range),
    ActualObjectSize: size,
  });
};
