// What lies in the inbox for a partition: a backfill of a pipeline that objects start gives its runs what was dropped before it was there.
import type { DroppedObject, Trigger } from '../../definition/index.ts';
import { type PartitionSpec, partitionIn, prefixFor } from '../../records/index.ts';
import { listObjects, type ObjectInBucket } from '../../support/list-objects.ts';
import type { Target } from '../target.ts';

type ObjectTrigger = Extract<Trigger<unknown>, { kind: 'object' }>;

/** The input that the trigger would have given: of several objects the newest; of a trigger that gathers, all of them. */
export const droppedInput = async (
  { aws, manifest: { inboxBucket: bucket } }: Pick<Target, 'aws' | 'manifest'>,
  { keyTemplate, batch }: ObjectTrigger,
  spec: PartitionSpec | undefined,
  partition: string,
): Promise<DroppedObject | { readonly batch: readonly DroppedObject[] } | undefined> => {
  const prefix = prefixFor(keyTemplate, partition, spec);
  if (/[{}]/.test(prefix)) return undefined; // a trial has no day
  const own: ObjectInBucket[] = [];
  for await (const object of listObjects(aws, bucket, prefix))
    if (partitionIn(keyTemplate, object.key, spec) === partition) own.push(object);
  const [newest] = own.toSorted((a, b) => b.at.localeCompare(a.at) || b.key.localeCompare(a.key));
  if (!newest) return undefined;
  return batch ? { batch: own.map(({ key }) => ({ bucket, key })) } : { bucket, key: newest.key };
};
