// A stage that runs once: claim, read the input, work, settle.
import type { Stage } from '../definition/index.ts';
import { addressOf, type Resolver, type StageAddress, UnavailableError } from '../ledger/index.ts';
import {
  bytesOf,
  controlOf,
  type Fingerprint,
  type Json,
  needsOf,
  readCause,
  type StageAnswer,
  type StageCall,
  type StageRecord,
  type StoredPayload,
} from '../records/index.ts';
import { SupersededError } from '../support/run-errors.ts';
import { type Attempt, type Handler, isoTime, logOf, overdueAt, scopeOf } from './attempt.ts';
import { parse } from './contract.ts';
import { cacheKeyOf, fingerprintOf, idempotencyKey, reusable } from './fingerprint.ts';
import { everything, fold, foldedFrom } from './fold.ts';
import type { Counted } from './measure-attempt.ts';
import { heedingRetryAfter } from './retry-after.ts';

export const runTask = async <S extends Stage>(
  stage: S,
  handler: Handler<S>,
  attempt: Attempt,
): Promise<StageAnswer & Counted> => {
  const answer = await answerOf(stage, handler, attempt);
  // Last: whoever is woken reads what has been recorded. A crash before this line is mended by the retry, which comes by here.
  const { run, stage: id, release, lease } = attempt.call;
  if (release) await attempt.ledger.latches.release(run, id, release);
  if (lease) await attempt.ledger.pools.release(lease, attempt.now());
  return answer;
};

const answerOf = async <S extends Stage>(
  stage: S,
  handler: Handler<S>,
  attempt: Attempt,
): Promise<StageAnswer & Counted> => {
  const { call, ledger, owner, now } = attempt;
  const at = addressOf(call.run, call.stage);
  const startedAt = now();
  const claimedAt = isoTime(startedAt);
  const facts = {
    ...needsOf([call.bind], call.after, call.chosen),
    ...fallbackOf(call),
    overdueAt: overdueAt(attempt),
    ...(call.lease ? { lease: call.lease } : {}),
    ...(call.compensate ? { compensate: call.compensate } : {}),
  };
  const claim = await ledger.stages.claim(at, owner, claimedAt, facts);
  if (!claim.held) return stored(attempt, claim.record);

  let bound: Json;
  const resolver = ledger.resolver();
  try {
    const scope = scopeOf(call);
    bound = call.fold ? await foldedFrom(attempt, resolver) : await resolver.resolve(call.bind, scope);
    await resolver.check(call.after, scope);
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    await ledger.stages.skip(at, error.message, isoTime(now()));
    attempt.logger.info('skipped', { reason: error.message });
    return { status: 'skipped', control: {} };
  }

  const { fingerprint, bytes: bytesIn } = fingerprintOf(attempt, bound);
  const { scores: _ofTryBefore, ...record } = claim.record; // by whose block a fallback may work now
  const begun: Begun = { at, startedAt, claimedAt, record, bytesIn, resolver };
  try {
    return await work(stage, handler, attempt, begun, bound, fingerprint);
  } catch (error) {
    await noteFailure(attempt, begun, error);
    throw error;
  }
};

/** What is known once an attempt has its claim and its input. */
interface Begun {
  readonly at: StageAddress;
  readonly startedAt: number;
  readonly claimedAt: string;
  readonly record: StageRecord;
  readonly bytesIn: number;
  readonly resolver: Resolver;
}

const work = async <S extends Stage>(
  stage: S,
  handler: Handler<S>,
  attempt: Attempt,
  begun: Begun,
  bound: Json,
  fingerprint: Fingerprint,
): Promise<StageAnswer & Counted> => {
  const { call, ledger, meter, now } = attempt;
  const { at, startedAt, record } = begun;
  // What undoes the stage is to get what the stage got, also when the run can no longer tell.
  const given = call.compensate ? { given: await ledger.payloads.store(at.pipeline, bound) } : {};
  const before = reusable(record, fingerprint);
  if (before) {
    const { cachedFrom } = record; // a result that was taken over still is
    return settle(attempt, begun, {
      output: before,
      fingerprint,
      ...given,
      ...(cachedFrom ? { cachedFrom } : {}),
    });
  }
  const kept = { pipeline: at.pipeline, stage: stage.name };
  const key = call.cache && cacheKeyOf(attempt, call.cache, bound);
  if (call.cache && key !== undefined && !record.anew) {
    const hit = (await ledger.cache.find(kept, [key], call.cache, startedAt)).get(key);
    if (hit) {
      const cachedFrom = { run: hit.run, stage: hit.stage, at: hit.at };
      attempt.logger.info('cached: the result of an earlier run is taken over', { from: cachedFrom });
      return {
        ...(await settle(attempt, begun, { output: hit.output, fingerprint, ...given, cachedFrom })),
        cached: 1,
      };
    }
  }

  const output = call.fold
    ? await fold(stage, handler, attempt, begun.resolver, everything, idempotencyKey(attempt, record))
    : await once(stage, handler, attempt, record, bound);
  meter.checkScores();
  const result = { output: await ledger.payloads.store(at.pipeline, output), fingerprint, ...given };
  const answer = await settle(attempt, begun, result, output);
  // After the record, which it links to. A crash in between costs later runs a result, and nothing else.
  if (call.cache && key !== undefined)
    await ledger.cache.keep(kept, key, { run: at.run, stage: at.stage, at: isoTime(now()) }, result.output, call.cache);
  return answer;
};

/** Calls the handler once, with all that is bound. */
const once = async <S extends Stage>(
  stage: S,
  handler: Handler<S>,
  attempt: Attempt,
  record: StageRecord,
  bound: Json,
): Promise<Json> => {
  const { call, meter } = attempt;
  const worked = await heedingRetryAfter(stage, handler, attempt, {
    input: await parse(stage.input, bound, 'input'),
    run: { pipeline: call.run.pipeline, id: call.run.id, partition: call.run.partition },
    log: logOf(attempt.logger),
    store: attempt.store,
    signal: attempt.signal,
    cost: meter.cost,
    score: meter.score,
    idempotencyKey: idempotencyKey(attempt, record),
    heartbeat: () => undefined,
  });
  return (await parse(stage.output, worked, 'output')) as Json; // The contract just said so.
};

/** Records success. `value` is the output where it is at hand. */
const settle = async (
  attempt: Attempt,
  { at, startedAt, claimedAt, record: before, bytesIn, resolver }: Begun,
  result: { readonly output: StoredPayload; readonly fingerprint: Fingerprint } & Pick<
    StageRecord,
    'given' | 'cachedFrom'
  >,
  value?: Json,
): Promise<StageAnswer> => {
  const { call, ledger, meter, owner, now } = attempt;
  const endedAt = now();
  const isFirst = before.startedAt === claimedAt;
  const warning = meter.warning();
  const telling = meter.tell(before, {
    startedAt,
    claimedAt,
    endedAt,
    readyAt: isFirst ? resolver.readyAt(at.pipeline, at.run, at.generation ?? 1) : undefined,
    bytesIn,
    bytesOut: bytesOf(result.output),
    writesAfter: (call.cache ? 1 : 0) + (call.release?.length ?? 0),
  });
  const end = {
    endedAt: isoTime(endedAt),
    durationMs: endedAt - startedAt,
    ...result,
    ...telling,
    ...(warning === undefined ? {} : { warning }),
  };
  if (await ledger.stages.complete(at, owner, end)) {
    if (value === undefined && call.control.length === 0) return { status: 'completed', control: {} };
    const output = value === undefined ? ((await ledger.payloads.load(result.output)) as Json) : value;
    return { status: 'completed', control: controlOf(call.control, output) };
  }

  const record = await ledger.stages.get(at);
  if (record?.status === 'completed') return stored(attempt, record);
  throw new SupersededError(`another attempt at ${at.stage} holds the claim since; this result is dropped`);
};

/** What a failed attempt used is kept too: it was paid for. */
const noteFailure = async (attempt: Attempt, begun: Begun, thrown: unknown): Promise<void> => {
  if (thrown instanceof SupersededError) return;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  // One that is done has no blocked ones; of one that failed no others count.
  const {
    blockedScores,
    scores: _notDone,
    ...telling
  } = attempt.meter.tell(begun.record, {
    startedAt: begun.startedAt,
    claimedAt: begun.claimedAt,
    endedAt: attempt.now(),
    bytesIn: begun.bytesIn,
    error,
  });
  try {
    await attempt.ledger.stages.note(begun.at, attempt.owner, {
      ...telling,
      ...(blockedScores ? { scores: blockedScores } : {}),
    });
  } catch (lost) {
    // The attempt's own error is what the state machine has to hear.
    attempt.logger.warn('what the failed attempt used could not be recorded', { reason: String(lost) });
  }
};

const fallbackOf = ({ via, failure }: StageCall) =>
  via && failure ? { via, primary: { error: failure.Error, cause: readCause(failure.Cause) } } : undefined;

/** The answer of an attempt that finds the stage completed. */
const stored = async ({ call, ledger, logger }: Attempt, record: StageRecord): Promise<StageAnswer> => {
  logger.info('completed before: the stored result is returned', { attempts: record.attempts });
  const output = record.output ? ((await ledger.payloads.load(record.output)) as Json) : null;
  return { status: 'completed', control: controlOf(call.control, output) };
};
