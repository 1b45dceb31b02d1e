// What a handler may read and write outside its own input and output: dropped objects in, artifacts out.
import type { RunFacts } from '../records/index.ts';
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
});
