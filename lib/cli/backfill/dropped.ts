// What lies in the inbox for a partition: a backfill of a pipeline that objects start gives its runs what was dropped before it was there.
import type { DroppedObject, Trigger } from '../../definition/index.ts';
import { type PartitionSpec, partitionIn, prefixFor } from '../../records/index.ts';
import { AwsCallError } from '../../support/aws-call.ts';
import type { Target } from '../target.ts';

type ObjectTrigger = Extract<Trigger<unknown>, { kind: 'object' }>;

interface Listed {
  readonly key: string;
  /** ISO 8601. */
  readonly at: string;
}

/** The input that the trigger would have given: of several objects the newest; of a trigger that gathers, all of them. */
export const droppedInput = async (
  { aws, manifest: { inboxBucket: bucket } }: Pick<Target, 'aws' | 'manifest'>,
  { keyTemplate, batch }: ObjectTrigger,
  spec: PartitionSpec | undefined,
  partition: string,
): Promise<DroppedObject | { readonly batch: readonly DroppedObject[] } | undefined> => {
  const prefix = prefixFor(keyTemplate, partition, spec);
  if (/[{}]/.test(prefix)) return undefined; // a trial has no day
  const listed = await list(aws, bucket, prefix);
  const own = listed.filter(({ key }) => partitionIn(keyTemplate, key, spec) === partition);
  const [newest] = own.toSorted((a, b) => b.at.localeCompare(a.at) || b.key.localeCompare(a.key));
  if (!newest) return undefined;
  return batch ? { batch: own.map(({ key }) => ({ bucket, key })) } : { bucket, key: newest.key };
};

const list = async (aws: Target['aws'], bucket: string, prefix: string): Promise<readonly Listed[]> => {
  const found: Listed[] = [];
  for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
    const query = {
      'list-type': '2',
      'encoding-type': 'url',
      prefix,
      ...(token ? { 'continuation-token': token } : {}),
    };
    const response = await aws.object('GET', bucket, '', { query });
    const text = await response.text();
    if (!response.ok)
      throw new AwsCallError(
        's3',
        fieldIn(text, 'Code') ?? String(response.status),
        text.slice(0, 200),
        response.status,
      );
    for (const [, contents = ''] of text.matchAll(/<Contents>(.*?)<\/Contents>/gs))
      found.push({
        key: decodeURIComponent((fieldIn(contents, 'Key') ?? '').replaceAll('+', ' ')),
        at: fieldIn(contents, 'LastModified') ?? '',
      });
    token = fieldIn(text, 'NextContinuationToken')?.replaceAll('&amp;', '&');
  }
  return found;
};

/** Keys are encoded as in URLs, so nothing that is read here holds an entity but a token. */
const fieldIn = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
