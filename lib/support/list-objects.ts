// The objects of an S3 bucket whose keys begin with a prefix, in the order of their keys.
import type { Aws } from './aws-call.ts';
import { fieldIn, s3Error } from './s3-error.ts';

export interface ObjectInBucket {
  readonly key: string;
  readonly bytes: number;
  /** When it was last written: ISO 8601. */
  readonly at: string;
}

/** A page of up to a thousand at a time. Throws AwsCallError. */
export async function* listObjects(aws: Aws, bucket: string, prefix: string): AsyncGenerator<ObjectInBucket> {
  for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
    const query = {
      'list-type': '2',
      'encoding-type': 'url',
      prefix,
      ...(token ? { 'continuation-token': token } : {}),
    };
    const response = await aws.object('GET', bucket, '', { query });
    const text = await response.text();
    if (!response.ok) throw s3Error(response.status, text, `s3://${bucket}/${prefix}`);
    // Keys are encoded as in URLs, so nothing that is read here holds an entity but a token.
    for (const [, contents = ''] of text.matchAll(/<Contents>(.*?)<\/Contents>/gs))
      yield {
        key: decodeURIComponent((fieldIn(contents, 'Key') ?? '').replaceAll('+', ' ')),
        bytes: Number(fieldIn(contents, 'Size')),
        at: fieldIn(contents, 'LastModified') ?? '',
      };
    token = fieldIn(text, 'NextContinuationToken')?.replaceAll('&amp;', '&');
  }
}
