import type { CachePolicy, Fingerprint, Json, StageRecord } from '../records/index.ts';
import { canonicalJson } from '../support/canonical-json.ts';
import { sha256 } from '../support/sha256.ts';
import type { Attempt } from './attempt.ts';

const digits = 12;

/** What a result of this attempt on this input comes from; and the bytes of the input. */
export const fingerprintOf = (
  { build }: Attempt,
  input: Json,
): { readonly fingerprint: Fingerprint; readonly bytes: number } => {
  const json = canonicalJson(input);
  return { fingerprint: { ...build, input: sha256(json).slice(0, digits) }, bytes: Buffer.byteLength(json) };
};

/** Under which a result on this input is kept for later runs. Longer than a fingerprint: it tells many inputs apart. */
export const cacheKeyOf = ({ build }: Attempt, { version = '' }: CachePolicy, input: Json): string =>
  sha256(canonicalJson([build.code, build.contract, version, input])).slice(0, 40);

/** The output that the record holds from before, if it came from the same code, contract and input. */
export const reusable = ({ output, fingerprint }: StageRecord, now: Fingerprint): StageRecord['output'] =>
  fingerprint?.code === now.code && fingerprint.contract === now.contract && fingerprint.input === now.input
    ? output
    : undefined;

/** The same for every attempt at a stage or item; another one once a completed result is made again. */
export const idempotencyKey = (
  { call }: Attempt,
  { redone = 0 }: Pick<StageRecord, 'redone'>,
  item?: number,
): string => {
  const { pipeline, id } = call.run;
  // A fallback has its own: what the stage itself may have begun under its key is something else.
  const place = [pipeline, id, call.stage, ...(item === undefined ? [] : [item]), ...(call.via ? [call.via] : [])].join(
    '/',
  );
  return sha256(redone === 0 ? place : `${place}~${redone}`).slice(0, 32);
};
