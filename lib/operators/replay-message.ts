import type { ReplayMessage } from '../records/index.ts';
import { PermanentError } from '../support/run-errors.ts';

const text = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Reads a message of the replay queue. Throws PermanentError HDL429 for one that names no dead letter. */
export const readReplayMessage = (body: string): ReplayMessage => {
  const value = parsed(body);
  if (typeof value !== 'object' || value === null) throw malformed(body);
  const { pipeline, run, stage, item, by, because } = value as { readonly [field: string]: unknown };
  if (!text(pipeline) || !text(run) || !text(stage)) throw malformed(body);
  if (item !== undefined && !(typeof item === 'number' && Number.isInteger(item) && item >= 0)) throw malformed(body);
  return {
    pipeline,
    run,
    stage,
    ...(item === undefined ? {} : { item }),
    ...(text(by) ? { by } : {}),
    ...(text(because) ? { because } : {}),
  };
};

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    throw malformed(body);
  }
};

const malformed = (body: string): PermanentError =>
  new PermanentError(
    `HDL429 the message ${JSON.stringify(body.slice(0, 200))} names no dead letter. Expected { "pipeline", "run", "stage" } and, of a map, "item". Fix: send what heddle dead-letters replay sends`,
  );
