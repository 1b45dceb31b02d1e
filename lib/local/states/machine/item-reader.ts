// ItemReader of a Distributed Map: the items come from S3. Every failure is States.ItemReaderFailed.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
import { asText, isObject, type Json, type JsonObject } from '../json.ts';
import type { ItemReader, MapState } from '../parse/machine.ts';
import { itemsInFile, type Place, readerFailed, s3Call, unloadedFiles } from './item-files.ts';
import type { ItemGroup, Items } from './map-items.ts';
import type { MapRuns } from './map-run.ts';
import type { Visit } from './visit.ts';

type ItemGroups = AsyncIterable<ItemGroup>;

async function* from(source: string, groups: AsyncIterable<Items>): ItemGroups {
  for await (const group of groups) yield { ...group, source };
}

const fileItems = (runs: MapRuns, config: JsonObject, place: Place): ItemGroups =>
  from(`S3://${asText(place.Bucket ?? null)}/${asText(place.Key ?? null)}`, itemsInFile(runs, config, place));

/** An object of a list as Step Functions spells it: `Etag`, and the time in seconds. */
const listedObject = ({ ETag, Key, LastModified, Size, StorageClass }: JsonObject): JsonObject => ({
  Etag: ETag ?? null,
  Key: Key ?? null,
  LastModified: Math.floor(Date.parse(String(LastModified)) / 1000),
  Size: Size ?? null,
  StorageClass: StorageClass ?? null,
});

async function* listed(
  runs: MapRuns,
  parameters: JsonObject,
): AsyncGenerator<{ readonly items: readonly JsonObject[] }> {
  let token: Json | undefined;
  do {
    const answer = await s3Call(runs, 'ListObjectsV2', {
      ...parameters,
      ...(token !== undefined && { ContinuationToken: token }),
    });
    yield { items: ((answer.Contents ?? []) as readonly JsonObject[]).map(listedObject) };
    token = answer.NextContinuationToken;
  } while (token !== undefined);
}

/** `LOAD_AND_FLATTEN`: the items in all the objects that are listed, one after the other. */
async function* inListed(runs: MapRuns, config: JsonObject, parameters: JsonObject): ItemGroups {
  const { Bucket = null } = parameters;
  for await (const { items } of listed(runs, parameters))
    for (const { Key = null } of items) yield* fileItems(runs, config, { Bucket, Key });
}

/** The items in all the files that a query of Athena wrote. */
async function* inUnloaded(runs: MapRuns, config: JsonObject, manifest: Place): ItemGroups {
  for await (const place of unloadedFiles(runs, manifest)) yield* fileItems(runs, config, place);
}

const WHO = ['Bucket', 'ExpectedBucketOwner', 'RequestPayer'];
const OF_OBJECT = [...WHO, 'Key', 'VersionId'];
const OF_LIST = [...WHO, 'Prefix', 'StartAfter', 'MaxKeys', 'Delimiter', 'EncodingType', 'FetchOwner'];

/** Nothing that is asked of S3 goes unheard. */
const checkParameters = (parameters: JsonObject, known: readonly string[]): void => {
  const odd = Object.keys(parameters).find((name) => !known.includes(name));
  if (odd !== undefined)
    throw readerFailed(`HDL521 the local engine does not read with ${odd}; it knows ${known.join(', ')}`);
};

const read = (runs: MapRuns, { resource, config }: ItemReader, parameters: JsonObject): ItemGroups => {
  const isList = resource.endsWith(':s3:listObjectsV2');
  checkParameters(parameters, isList ? OF_LIST : OF_OBJECT);
  if (config.ManifestType === 'ATHENA_DATA') return inUnloaded(runs, config, parameters);
  if (!isList) return fileItems(runs, config, parameters);
  if (config.Transformation === 'LOAD_AND_FLATTEN') return inListed(runs, config, parameters);
  return from(`S3://${asText(parameters.Bucket ?? null)}`, listed(runs, parameters));
};

async function* atMost(most: number, groups: ItemGroups): ItemGroups {
  let left = most;
  for await (const group of groups) {
    yield group.items.length > left ? { ...group, items: group.items.slice(0, left) } : group;
    left -= group.items.length;
    if (left <= 0) return;
  }
}

/** What the reader reads, from its start with each call: all items, at most MaxItems of them (0: all). */
export const itemReader = async (
  visit: Visit<MapState>,
  reader: ItemReader,
  effective: Json,
): Promise<() => ItemGroups> => {
  const { mapRuns } = visit.frame.execution.host;
  const scope = visit.scope(effective);
  const given = await reader.parameters(scope);
  const parameters = isObject(given) ? given : {};
  const most = (await reader.maxItems?.(scope)) || Number.POSITIVE_INFINITY;
  return () => atMost(most, read(mapRuns, reader, parameters));
};

/** How many items there are. Reads them all once: what is wrong with the last of them is found before the first is worked on. */
export const countItems = async (groups: ItemGroups): Promise<number> => {
  let count = 0;
  for await (const { items } of groups) count += items.length;
  return count;
};
