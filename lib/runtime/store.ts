// What a handler may read and write outside its own input and output: dropped objects in, artifacts out.
import type { Stage, StageOutput } from '../definition/index.ts';
import type { ItemResult, MapResults, ResultsPart, RunFacts } from '../records/index.ts';
import type { Aws } from '../support/aws-call.ts';
import { PermanentError } from '../support/run-errors.ts';
import type { Meter } from './meter.ts';

/** A stored output, named by where it is. */
export interface Artifact {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
}

export interface Store {
  /** The text of an object. A missing object is a PermanentError; needs `access: { inbox: 'read' }` in the contract. */
  readText(object: { readonly bucket: string; readonly key: string }): Promise<string>;
  /**
   * Writes an artifact of this run under a name of its own; writing it again replaces it. Needs
   * `access: { artifacts: 'write' }` in the contract.
   */
  writeArtifact(name: string, body: string | Uint8Array<ArrayBuffer>, contentType: string): Promise<Artifact>;
  /**
   * What a map gave, output by output in the order of its items, without those that failed: no more than two of its batches are in
   * memory. `of` is the stage that was mapped, `index` the map's `results`, which is a part of this stage's input.
   *
   * @example
   * for await (const { score } of store.results(scoreRow, input.scored)) total += score;
   */
  results<S extends Stage>(of: S, index: Pick<MapResults, 'bucket' | 'key'>): AsyncIterable<StageOutput<S>>;
}

/** The outputs that an index lists. The next object is on its way while the last one is read. */
async function* outputsOf<Output>(
  aws: Aws,
  { bucket, key }: Pick<MapResults, 'bucket' | 'key'>,
): AsyncGenerator<Output> {
  const read = async (at: string): Promise<string> => {
    const response = await aws.object('GET', bucket, at);
    const text = await response.text();
    if (!response.ok) throw new Error(`the results s3://${bucket}/${at} could not be read: HTTP ${response.status}`);
    return text;
  };
  const lines = (await read(key)).split('\n').filter((line) => line !== '');
  const begin = (line: string | undefined): Promise<string> | undefined => {
    const reading = line === undefined ? undefined : read((JSON.parse(line) as ResultsPart).key); // as `indexResults` wrote it
    reading?.catch(() => undefined); // told where it is waited for
    return reading;
  };
  let next = begin(lines[0]);
  for (const at of lines.keys()) {
    const text = await next;
    next = begin(lines[at + 1]);
    for (const result of JSON.parse(text ?? '[]') as readonly ItemResult[])
      if ('output' in result) yield result.output as Output; // the mapped stage's contract said so
  }
}

/** `touch` is told of every object that is read or written. */
export const openStore = (aws: Aws, bucket: string, run: RunFacts, touch: Meter['touch'] = () => undefined): Store => ({
  readText: async ({ bucket: from, key }) => {
    const response = await aws.object('GET', from, key);
    const text = await response.text();
    if (response.status === 404) throw new PermanentError(`there is no object s3://${from}/${key}`);
    if (!response.ok) throw new Error(`s3://${from}/${key} could not be read: HTTP ${response.status}`);
    touch('read', `s3://${from}/${key}`);
    return text;
  },

  writeArtifact: async (name, body, contentType) => {
    const key = `artifacts/${run.pipeline}/${run.partition}/${run.id}/${name}`;
    const response = await aws.object('PUT', bucket, key, { body, headers: { 'content-type': contentType } });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`s3://${bucket}/${key} could not be written: HTTP ${response.status}`);
    touch('wrote', `s3://${bucket}/${key}`);
    return { bucket, key, bytes: Buffer.byteLength(body) };
  },

  results: (_, index) => {
    touch('read', `s3://${index.bucket}/${index.key}`);
    return outputsOf(aws, index);
  },
});
