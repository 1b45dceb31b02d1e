// From the output of an S3 operation to XML and headers.
import type { AwsError, Shape } from '../service.ts';
import { OBJECT_HEADERS } from './s3-request.ts';
import type { WireRequest, WireResponse } from './wire.ts';
import { element, escapeXml } from './xml.ts';

const NAMESPACE = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const XML = { 'content-type': 'application/xml' };
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

// S3 repeats an element for each item of a list; this one wraps its items instead.
const WRAPPED: Readonly<Record<string, string>> = { Buckets: 'Bucket' };
/** And the elements of this one are called otherwise than it. */
const REPEATED: Readonly<Record<string, string>> = { Errors: 'Error' };
const ENCODED: ReadonlySet<string> = new Set(['Key', 'Prefix', 'Delimiter', 'StartAfter', 'Marker', 'NextMarker']);

const xmlOf = (name: string, value: unknown, isEncoded: boolean): string => {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) {
    const item = WRAPPED[name];
    if (item === undefined) return value.map((one) => xmlOf(REPEATED[name] ?? name, one, isEncoded)).join('');
    return element(name, value.map((one) => xmlOf(item, one, isEncoded)).join(''));
  }
  if (typeof value === 'object') {
    return element(
      name,
      Object.entries(value)
        .map(([field, inner]) => xmlOf(field, inner, isEncoded))
        .join(''),
    );
  }
  const text =
    isEncoded && ENCODED.has(name) ? encodeURIComponent(String(value)).replaceAll('%2F', '/') : String(value);
  return element(name, escapeXml(text));
};

const document = (name: string, output: Shape): string => {
  const isEncoded = output.EncodingType === 'url';
  const content = Object.entries(output)
    .map(([field, value]) => xmlOf(field, value, isEncoded))
    .join('');
  return DECLARATION + element(name, content, NAMESPACE);
};

const DOCUMENTS: Readonly<Record<string, string>> = {
  CompleteMultipartUpload: 'CompleteMultipartUploadResult',
  CreateMultipartUpload: 'InitiateMultipartUploadResult',
  DeleteObjects: 'DeleteResult',
  GetBucketNotificationConfiguration: 'NotificationConfiguration',
  ListBuckets: 'ListAllMyBucketsResult',
  ListObjects: 'ListBucketResult',
  ListObjectsV2: 'ListBucketResult',
};

const HEADER_FIELDS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(OBJECT_HEADERS).map(([name, field]) => [field, name])),
  AcceptRanges: 'accept-ranges',
  BucketRegion: 'x-amz-bucket-region',
  ChecksumAlgorithm: 'x-amz-checksum-algorithm',
  ChecksumType: 'x-amz-checksum-type',
  ContentLength: 'content-length',
  ContentRange: 'content-range',
  ETag: 'etag',
  ServerSideEncryption: 'x-amz-server-side-encryption',
  Location: 'location',
};

const headersOf = (output: Shape): Record<string, string> => {
  const headers: Record<string, string> = {};
  for (const [field, name] of Object.entries(HEADER_FIELDS)) {
    const value = output[field];
    if (value !== undefined) headers[name] = String(value);
  }
  const { LastModified, Metadata } = output;
  if (typeof LastModified === 'string') headers['last-modified'] = new Date(LastModified).toUTCString();
  if (typeof Metadata === 'object' && Metadata !== null) {
    for (const [name, text] of Object.entries(Metadata)) headers[`x-amz-meta-${name}`] = String(text);
  }
  return headers;
};

/** The part of the output that is the document; the rest are headers. */
const COPY_RESULTS: Readonly<Record<string, string>> = {
  CopyObject: 'CopyObjectResult',
  UploadPartCopy: 'CopyPartResult',
};

/** The answer to a call that worked. */
export const s3Response = (operation: string, output: Shape): WireResponse => {
  if (operation === 'GetBucketLocation') {
    const place = escapeXml(String(output.LocationConstraint ?? ''));
    return { status: 200, headers: XML, body: DECLARATION + element('LocationConstraint', place, NAMESPACE) };
  }
  const copied = COPY_RESULTS[operation];
  if (copied !== undefined) {
    const result = output[copied] as Shape; // the service's own output
    return { status: 200, headers: { ...XML, ...headersOf(output) }, body: document(copied, result) };
  }
  const name = DOCUMENTS[operation];
  if (name !== undefined) {
    const told = operation === 'CreateMultipartUpload' ? headersOf(output) : {};
    return { status: 200, headers: { ...XML, ...told }, body: document(name, output) };
  }
  if (operation.startsWith('Delete') || operation.startsWith('Abort')) return { status: 204, headers: {}, body: '' };
  const { Body: body } = output;
  const status = output.ContentRange === undefined ? 200 : 206;
  return { status, headers: headersOf(output), body: body instanceof Uint8Array ? body : '' };
};

/** An error as S3 sends it. */
export const s3Error = (error: AwsError, request: WireRequest): WireResponse => {
  const isBare = request.method === 'HEAD' || error.status === 304;
  const fields = { Code: error.code, Message: error.message, ...error.fields, RequestId: request.requestId };
  const content = Object.entries(fields)
    .map(([field, value]) => xmlOf(field, value, false))
    .join('');
  return {
    status: error.status,
    headers: isBare ? {} : XML,
    body: isBare ? '' : DECLARATION + element('Error', content),
  };
};
