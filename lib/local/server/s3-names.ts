// What the S3 API calls a request that the engine does not implement: its protocol has no names, only methods and subresources.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html

export type S3Level = 'service' | 'bucket' | 'object';

const VERBS: { readonly [method: string]: string } = { GET: 'Get', PUT: 'Put', DELETE: 'Delete', HEAD: 'Head' };

/** What comes after Get, Put and Delete, by subresource. */
const BUCKET_NOUNS: { readonly [subresource: string]: string } = {
  accelerate: 'BucketAccelerateConfiguration',
  acl: 'BucketAcl',
  analytics: 'BucketAnalyticsConfiguration',
  cors: 'BucketCors',
  encryption: 'BucketEncryption',
  'intelligent-tiering': 'BucketIntelligentTieringConfiguration',
  inventory: 'BucketInventoryConfiguration',
  lifecycle: 'BucketLifecycleConfiguration',
  logging: 'BucketLogging',
  metrics: 'BucketMetricsConfiguration',
  'object-lock': 'ObjectLockConfiguration',
  ownershipControls: 'BucketOwnershipControls',
  policy: 'BucketPolicy',
  policyStatus: 'BucketPolicyStatus',
  publicAccessBlock: 'PublicAccessBlock',
  replication: 'BucketReplication',
  requestPayment: 'BucketRequestPayment',
  tagging: 'BucketTagging',
  versioning: 'BucketVersioning',
  website: 'BucketWebsite',
};
const OBJECT_NOUNS: { readonly [subresource: string]: string } = {
  acl: 'ObjectAcl',
  attributes: 'ObjectAttributes',
  'legal-hold': 'ObjectLegalHold',
  retention: 'ObjectRetention',
  tagging: 'ObjectTagging',
  torrent: 'ObjectTorrent',
};
/** Those that are called otherwise. */
const OTHERS: { readonly [request: string]: string } = {
  'DELETE bucket ?lifecycle': 'DeleteBucketLifecycle',
  'GET bucket ?uploads': 'ListMultipartUploads',
  'GET bucket ?versions': 'ListObjectVersions',
  'GET object ?uploadId': 'ListParts',
  'POST object ?restore': 'RestoreObject',
  'POST object ?select': 'SelectObjectContent',
};

/** The operation, as the API names it where it has a name that is known here. */
export const s3OperationName = (method: string, level: S3Level, subresources: readonly string[]): string => {
  const nouns = level === 'bucket' ? BUCKET_NOUNS : OBJECT_NOUNS;
  for (const subresource of subresources) {
    const noun = Object.hasOwn(nouns, subresource) ? nouns[subresource] : undefined;
    const name = OTHERS[`${method} ${level} ?${subresource}`] ?? (noun && VERBS[method] && `${VERBS[method]}${noun}`);
    if (name !== undefined) return name;
  }
  const asked = subresources.map((name) => `?${name}`).join('');
  const plain =
    level === 'object' && VERBS[method] !== undefined ? `${VERBS[method]}Object with` : `${method} of a ${level}`;
  return `${plain} ${asked}`.trim();
};
