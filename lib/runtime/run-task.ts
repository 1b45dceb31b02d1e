// A stage that runs once: claim, read the input, work, settle.
import type { Stage } from '../definition/index.ts';
import { UnavailableError } from '../ledger/index.ts';
import {
  controlOf,
  type Json,
  readCause,
  type StageAnswer,
  type StageCall,
  type StageRecord,
} from '../records/index.ts';
import { SupersededError } from '../support/run-errors.ts';
import { sha256 } from '../support/sha256.ts';
import { type Attempt, type Handler, isoTime, logOf, scopeOf } from './attempt.ts';
import { parse } from './contract.ts';
import { heedingRetryAfter } from './retry-after.ts';

export const runTask = async <S extends Stage>(
  stage: S,
  handler: Handler<S>,
  attempt: Attempt,
): Promise<StageAnswer> => {
  const { call, ledger, owner, now } = attempt;
  const at = { pipeline: call.run.pipeline, run: call.run.id, stage: call.stage };
  const startedAt = now();
  const claim = await ledger.stages.claim(at, owner, isoTime(startedAt), fallbackOf(call));
  if (!claim.held) return stored(attempt, claim.record);

  let bound: Json;
  try {
    const resolver = ledger.resolver();
    const scope = scopeOf(call);
    bound = await resolver.resolve(call.bind, scope);
    await resolver.check(call.after, scope);
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    await ledger.stages.skip(at, error.message, isoTime(now()));
    attempt.logger.info('skipped', { reason: error.message });
    return { status: 'skipped', control: {} };
  }

  const input = await parse(stage.input, bound, 'input');
  const result = await heedingRetryAfter(handler, attempt, {
    input,
    run: { pipeline: call.run.pipeline, id: call.run.id, partition: call.run.partition },
    log: logOf(attempt.logger),
    store: attempt.store,
    signal: attempt.signal,
    // A fallback's own: what the stage itself may have begun under its key is something else.
    idempotencyKey: sha256([at.pipeline, at.run, at.stage, ...(call.via ? [call.via] : [])].join('/')).slice(0, 32),
  });
  const output = (await parse(stage.output, result, 'output')) as Json; // The contract just said so.
  const endedAt = now();
  const held = await ledger.stages.complete(at, owner, {
    endedAt: isoTime(endedAt),
    durationMs: endedAt - startedAt,
    output: await ledger.payloads.store(at.pipeline, output),
  });
  if (held) return { status: 'completed', control: controlOf(call.control, output) };

  const record = await ledger.stages.get(at);
  if (record?.status === 'completed') return stored(attempt, record);
  throw new SupersededError(`another attempt at ${at.stage} holds the claim since; this result is dropped`);
};

const fallbackOf = ({ via, failure }: StageCall) =>
  via && failure ? { via, primary: { error: failure.Error, cause: readCause(failure.Cause) } } : undefined;

/** The answer of an attempt that finds the stage completed. */
const stored = async ({ call, ledger, logger }: Attempt, record: StageRecord): Promise<StageAnswer> => {
  logger.info('completed before: the stored result is returned', { attempts: record.attempts });
  const output = record.output ? ((await ledger.payloads.load(record.output)) as Json) : null;
  return { status: 'completed', control: controlOf(call.control, output) };
};
