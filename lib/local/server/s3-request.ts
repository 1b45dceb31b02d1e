// From an S3 request to an operation and its input.
import { AwsError, notImplemented, type Shape } from '../service.ts';
import { uploadBody } from './s3-body.ts';
import { type S3Level, s3OperationName } from './s3-names.ts';
import { header, type WireRequest } from './wire.ts';
import { childOf, childText, parseXml, type XmlElement } from './xml.ts';

export interface S3Call {
  readonly operation: string;
  readonly input: Shape;
}

/** Headers of an object that are stored with it and given back: header -> input and output field. */
export const OBJECT_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'CacheControl',
  'content-disposition': 'ContentDisposition',
  'content-encoding': 'ContentEncoding',
  'content-language': 'ContentLanguage',
  'content-type': 'ContentType',
  expires: 'Expires',
  'x-amz-checksum-crc32': 'ChecksumCRC32',
  'x-amz-checksum-crc32c': 'ChecksumCRC32C',
  'x-amz-checksum-crc64nvme': 'ChecksumCRC64NVME',
  'x-amz-checksum-sha1': 'ChecksumSHA1',
  'x-amz-checksum-sha256': 'ChecksumSHA256',
};

const REQUEST_HEADERS: Readonly<Record<string, string>> = {
  ...OBJECT_HEADERS,
  'content-md5': 'ContentMD5',
  'if-match': 'IfMatch',
  'if-modified-since': 'IfModifiedSince',
  'if-none-match': 'IfNoneMatch',
  'if-unmodified-since': 'IfUnmodifiedSince',
  range: 'Range',
  'x-amz-checksum-algorithm': 'ChecksumAlgorithm',
  'x-amz-checksum-mode': 'ChecksumMode',
  'x-amz-checksum-type': 'ChecksumType',
  'x-amz-copy-source': 'CopySource',
  'x-amz-copy-source-if-match': 'CopySourceIfMatch',
  'x-amz-copy-source-if-modified-since': 'CopySourceIfModifiedSince',
  'x-amz-copy-source-if-none-match': 'CopySourceIfNoneMatch',
  'x-amz-copy-source-if-unmodified-since': 'CopySourceIfUnmodifiedSince',
  'x-amz-copy-source-range': 'CopySourceRange',
  'x-amz-metadata-directive': 'MetadataDirective',
};

const QUERY_FIELDS: Readonly<Record<string, string>> = {
  'continuation-token': 'ContinuationToken',
  delimiter: 'Delimiter',
  'encoding-type': 'EncodingType',
  'fetch-owner': 'FetchOwner',
  marker: 'Marker',
  'max-keys': 'MaxKeys',
  partNumber: 'PartNumber',
  prefix: 'Prefix',
  'response-cache-control': 'ResponseCacheControl',
  'response-content-disposition': 'ResponseContentDisposition',
  'response-content-encoding': 'ResponseContentEncoding',
  'response-content-language': 'ResponseContentLanguage',
  'response-content-type': 'ResponseContentType',
  'response-expires': 'ResponseExpires',
  'start-after': 'StartAfter',
  uploadId: 'UploadId',
};

// What would change the meaning of a stored object if it were left out.
const REFUSED_HEADERS = ['x-amz-tagging', 'x-amz-object-lock-mode', 'x-amz-website-redirect-location'];

const headerFields = (request: WireRequest): Record<string, unknown> => {
  for (const name of REFUSED_HEADERS) {
    if (header(request, name) !== undefined) throw notImplemented('s3', `${request.method} with ${name}`);
  }
  const fields: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(REQUEST_HEADERS)) {
    const text = header(request, name);
    if (text !== undefined) fields[field] = text;
  }
  const encoding = header(request, 'content-encoding')
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== 'aws-chunked' && part !== '');
  if (encoding !== undefined) fields.ContentEncoding = encoding.length === 0 ? undefined : encoding.join(',');
  return fields;
};

const userMetadata = (request: WireRequest): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.keys(request.headers)
      .filter((name) => name.startsWith('x-amz-meta-'))
      .map((name) => [name.slice('x-amz-meta-'.length), header(request, name) ?? '']),
  );

const queryFields = (request: WireRequest): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(QUERY_FIELDS).flatMap(([parameter, field]) => {
      const text = request.query.get(parameter);
      return text === null ? [] : [[field, text]];
    }),
  );

const uploadFields = (request: WireRequest): Record<string, unknown> => {
  const { bytes, trailers } = uploadBody(request);
  const checksums = Object.entries(trailers).flatMap(([name, text]) => {
    const field = OBJECT_HEADERS[name];
    return field === undefined ? [] : [[field, text]];
  });
  return { Body: bytes, ...Object.fromEntries(checksums) };
};

const readXml = (request: WireRequest): XmlElement => {
  try {
    return parseXml(new TextDecoder().decode(uploadBody(request).bytes));
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new AwsError('MalformedXML', `The XML you provided was not well-formed: ${error.message}`);
    throw error;
  }
};

const deleteFields = (request: WireRequest): Shape => {
  const document = readXml(request);
  const objects = document.children.filter((child) => child.name === 'Object');
  return {
    Delete: {
      Quiet: childText(document, 'Quiet') === 'true',
      Objects: objects.map((object) => {
        const [ETag, VersionId] = [childText(object, 'ETag'), childText(object, 'VersionId')];
        return {
          Key: childText(object, 'Key') ?? '',
          ...(ETag !== undefined && { ETag }),
          ...(VersionId !== undefined && { VersionId }),
        };
      }),
    },
  };
};

const notificationFields = (request: WireRequest): Shape => {
  const document = readXml(request);
  const unknown = document.children.find((child) => child.name !== 'EventBridgeConfiguration');
  if (unknown !== undefined) throw notImplemented('s3', `PutBucketNotificationConfiguration with ${unknown.name}`);
  const isOn = childOf(document, 'EventBridgeConfiguration') !== undefined;
  return { NotificationConfiguration: isOn ? { EventBridgeConfiguration: {} } : {} };
};

const completeFields = (request: WireRequest): Shape => ({
  MultipartUpload: {
    Parts: readXml(request)
      .children.filter((child) => child.name === 'Part')
      .map((part) => ({
        ...Object.fromEntries(part.children.map(({ name, text }) => [name, text])),
        PartNumber: Number(childText(part, 'PartNumber')),
        ETag: childText(part, 'ETag') ?? '',
      })),
  },
});

interface S3Route {
  readonly method: string;
  readonly level: S3Level;
  /** Query parameters that must be there; all other subresources must not. */
  readonly with?: readonly string[];
  readonly operation: string;
  readonly fields?: (request: WireRequest) => Shape;
}

const withUpload = (request: WireRequest): Shape => ({ ...uploadFields(request), Metadata: userMetadata(request) });
const withMetadata = (request: WireRequest): Shape => ({ Metadata: userMetadata(request) });

const ROUTES: readonly S3Route[] = [
  { method: 'GET', level: 'service', operation: 'ListBuckets' },
  { method: 'PUT', level: 'bucket', operation: 'CreateBucket' },
  { method: 'HEAD', level: 'bucket', operation: 'HeadBucket' },
  { method: 'DELETE', level: 'bucket', operation: 'DeleteBucket' },
  { method: 'GET', level: 'bucket', with: ['location'], operation: 'GetBucketLocation' },
  { method: 'GET', level: 'bucket', with: ['notification'], operation: 'GetBucketNotificationConfiguration' },
  {
    method: 'PUT',
    level: 'bucket',
    with: ['notification'],
    operation: 'PutBucketNotificationConfiguration',
    fields: notificationFields,
  },
  { method: 'GET', level: 'bucket', with: ['list-type'], operation: 'ListObjectsV2' },
  { method: 'GET', level: 'bucket', operation: 'ListObjects' },
  { method: 'POST', level: 'bucket', with: ['delete'], operation: 'DeleteObjects', fields: deleteFields },
  { method: 'POST', level: 'object', with: ['uploads'], operation: 'CreateMultipartUpload', fields: withMetadata },
  { method: 'PUT', level: 'object', with: ['uploadId', 'partNumber'], operation: 'UploadPart', fields: uploadFields },
  {
    method: 'POST',
    level: 'object',
    with: ['uploadId'],
    operation: 'CompleteMultipartUpload',
    fields: completeFields,
  },
  { method: 'DELETE', level: 'object', with: ['uploadId'], operation: 'AbortMultipartUpload' },
  { method: 'PUT', level: 'object', operation: 'PutObject', fields: withUpload },
  { method: 'GET', level: 'object', operation: 'GetObject' },
  { method: 'HEAD', level: 'object', operation: 'HeadObject' },
  { method: 'DELETE', level: 'object', operation: 'DeleteObject' },
];

/** What a request that brings a source is, instead of one that brings a body. */
const COPIES: Readonly<Record<string, string>> = { PutObject: 'CopyObject', UploadPart: 'UploadPartCopy' };

const PLAIN_PARAMETERS = new Set([
  'x-id',
  'AWSAccessKeyId',
  'Expires',
  'Signature',
  ...Object.keys(QUERY_FIELDS).filter((name) => !/^(uploadId|partNumber)$/.test(name)),
]);

const subresources = (query: URLSearchParams): readonly string[] =>
  [...query.keys()].filter((name) => !PLAIN_PARAMETERS.has(name) && !name.toLowerCase().startsWith('x-amz-'));

// `bucket.localhost` and `bucket.s3.localhost` name the bucket in the host; otherwise it is the first part of the path.
const placeOf = (request: WireRequest): { bucket: string; key: string } => {
  const path = decodeURIComponent(request.path).slice(1);
  const host = (header(request, 'host') ?? '').replace(/:\d+$/, '');
  const virtual = /^(.+?)(?:\.s3)?\.localhost$/i.exec(host)?.[1];
  if (virtual !== undefined && virtual !== 's3') return { bucket: virtual, key: path };
  const slash = path.indexOf('/');
  return slash < 0 ? { bucket: path, key: '' } : { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
};

/** The call that `request` makes. Throws `notImplemented` naming what the engine lacks. */
export const s3Call = (request: WireRequest): S3Call => {
  const { bucket, key } = placeOf(request);
  const level: S3Level = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object';
  const asked = subresources(request.query);
  const route = ROUTES.find(
    (candidate) =>
      candidate.method === request.method &&
      candidate.level === level &&
      asked.length === (candidate.with?.length ?? 0) &&
      (candidate.with ?? []).every((name) => asked.includes(name)),
  );
  if (route === undefined) throw notImplemented('s3', s3OperationName(request.method, level, asked));
  const copying = header(request, 'x-amz-copy-source') === undefined ? undefined : COPIES[route.operation];
  const input = {
    ...headerFields(request),
    ...queryFields(request),
    ...route.fields?.(request),
    ...(bucket !== '' && { Bucket: bucket }),
    ...(key !== '' && { Key: key }),
  };
  return { operation: copying ?? route.operation, input };
};
