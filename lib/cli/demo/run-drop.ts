// Drops an object into the inbox of a local engine and follows all that comes of it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Binding, type Json, narrow, type RunRecord } from '../../records/index.ts';
import { CliError } from '../cli-error.ts';
import type { ChainRun, Link } from './chain.ts';
import { follow, type Screen } from './follow.ts';
import type { Drop } from './input-file.ts';
import type { LocalHeddle } from './local-engine.ts';
import { takeSnapshot } from './snapshot.ts';

export interface DropResult {
  readonly chain: readonly ChainRun[];
  /** True when every run had ended before the object was dropped: nothing was done again. */
  readonly reused: boolean;
}

/** Puts it into the inbox, and gives its ETag. Throws CliError HDL622. */
export const putDrop = async (
  { aws, manifest }: Pick<LocalHeddle, 'aws' | 'manifest'>,
  { key, body }: Drop,
): Promise<string> => {
  const response = await aws.object('PUT', manifest.inboxBucket, key, { body });
  await response.arrayBuffer();
  const etag = response.headers.get('etag')?.replaceAll('"', '');
  if (response.ok && etag) return etag;
  throw new CliError(
    'HDL622',
    1,
    `the inbox refused ${key} with HTTP ${response.status}`,
    'the object to be stored',
    'see the message of the engine above',
  );
};

export const runDrop = async (
  { aws, ledger, manifest }: LocalHeddle,
  drop: Drop,
  links: readonly Link[],
  screen: Screen,
): Promise<DropResult> => {
  const droppedAt = Date.now();
  const { key } = drop;
  const etag = await putDrop({ aws, manifest }, drop);
  const identity = `${manifest.inboxBucket}/${key}/${etag}`;
  const look = () => takeSnapshot(ledger, links, drop.partition, identity);
  const { chain } = await follow(look, screen);
  const reused = chain.every(({ run }) => run?.endedAt !== undefined && Date.parse(run.endedAt) < droppedAt);
  return { chain, reused };
};

/** A part of what a completed run gave back. */
export const outputOf = async ({ ledger }: LocalHeddle, run: RunRecord, path: readonly string[]): Promise<Json> => {
  const output: Binding = run.output ?? { kind: 'value', value: null };
  return ledger.resolver().resolve(narrow(output, path), {
    pipeline: run.pipeline,
    run: run.run,
    partition: run.partition,
    chosen: run.chosen ?? {},
  });
};

/** Copies an artifact out of the engine's bucket to a file, and gives its absolute path. */
export const saveArtifact = async (
  { aws }: LocalHeddle,
  artifact: { readonly bucket: string; readonly key: string },
  folder: string,
  name: string,
): Promise<string> => {
  const response = await aws.object('GET', artifact.bucket, artifact.key);
  if (!response.ok)
    throw new Error(`s3://${artifact.bucket}/${artifact.key} could not be read: HTTP ${response.status}`);
  const path = resolve(join(folder, name));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, new Uint8Array(await response.arrayBuffer()));
  return path;
};
