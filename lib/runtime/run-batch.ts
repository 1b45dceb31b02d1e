// One batch of a map stage: the items one by one, each with its own outcome. An item that can never succeed becomes a dead
// letter; if any item may still succeed the batch fails as a whole, and the retry does only those.
import type { Stage } from '../definition/index.ts';
import { addressOf, batchItems, batchNumber, type Resolver, spreadOf, UnavailableError } from '../ledger/index.ts';
import {
  type BatchRange,
  type BatchRecord,
  type BatchRow,
  bytesOf,
  type ItemResult,
  type Json,
  type MalformedRow,
  type StageAnswer,
} from '../records/index.ts';
import { invariant } from '../support/invariant.ts';
import { isPermanent, PermanentError, SupersededError, ThrottledError, TransientError } from '../support/run-errors.ts';
import { type Attempt, type Handler, isoTime, logOf, overdueAt, scopeOf } from './attempt.ts';
import { cachedItems } from './cached-items.ts';
import { parse } from './contract.ts';
import { idempotencyKey } from './fingerprint.ts';
import { fold } from './fold.ts';
import { BlockedError } from './meter.ts';
import { heedingRetryAfter } from './retry-after.ts';

/** What a batch did, for the metrics. */
export interface BatchAnswer extends StageAnswer {
  readonly completed: number;
  readonly failed: number;
  readonly cached?: number;
}

/** An item that failed in a way that a retry may mend. */
interface Retryable {
  readonly index: number;
  readonly error: Error;
}

/** The time that a batch leaves for storing what it has: a fifth of what it was given, 3 s at most. */
const reserveOf = (givenMs: number): number => Math.min(3_000, givenMs / 5);

export const runBatch = async <S extends Stage>(
  stage: S,
  handler: Handler<S>,
  attempt: Attempt,
): Promise<BatchAnswer> => {
  const answer = await answerOf(stage, handler, attempt);
  // Last, as in `runTask`: whoever in the same batch is woken finds the outcomes.
  const { run, stage: id, release, lease } = attempt.call;
  if (release) await attempt.ledger.latches.release(run, id, release);
  if (lease) await attempt.ledger.pools.release(lease, attempt.now());
  return answer;
};

const answerOf = async <S extends Stage>(stage: S, handler: Handler<S>, attempt: Attempt): Promise<BatchAnswer> => {
  const { call, ledger, owner, now } = attempt;
  const { batch } = call;
  invariant(batch, 'a batch was run without one');
  const address = addressOf(call.run, call.stage);
  const startedAt = now();
  const claimedAt = isoTime(startedAt);
  const resolver = ledger.resolver();
  try {
    await resolver.check(call.after, scopeOf(call));
    await resolver.resolve(call.bind, { ...scopeOf(call), item: null }); // all that an item needs besides itself
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return { status: 'skipped', control: {}, completed: 0, failed: 0 }; // `settle` records why when the map is done
  }
  // Reused whole: cut into batches otherwise than it was, a completed map must not get a batch more.
  const whole = await ledger.stages.get(address);
  const at = { ...address, spread: spreadOf(whole, call.spread) };
  if (whole?.status === 'completed') return { status: 'completed', control: {}, completed: 0, failed: 0 };
  const number = batchNumber(batch);
  const load = () => batchItems(batch, ledger, resolver, scopeOf(call), at.spread);
  const followed = 'follows' in batch ? await load() : undefined;
  const rows = 'rows' in batch ? batch.rows.length : followed?.items.length;
  const claim = await ledger.stages.claimBatch(at, number, owner, claimedAt, {
    overdueAt: overdueAt(attempt),
    ...(rows === undefined ? {} : { rows }),
    ...(call.lease ? { lease: call.lease } : {}),
  });
  if (!claim.held) return { status: 'completed', control: {}, completed: 0, failed: 0 };

  const results = new Map<number, ItemResult>();
  if (claim.record.results) {
    for (const result of (await ledger.payloads.load(claim.record.results)) as readonly ItemResult[])
      results.set(result.index, result);
  }
  const reserveMs = reserveOf(attempt.remainingMs());
  const { items, total } = followed ?? (await load());
  const pooled = call.lease ? ({ pooled: true } as const) : {};
  if (number === 0) await ledger.stages.open(at, claimedAt, total, { ...attempt.build, input: '' }, pooled);
  const todo = items.filter(({ index }) => !results.has(index));
  const cached = await cachedItems(stage, attempt, resolver, todo, whole?.anew === true);
  for (const result of cached?.results ?? []) results.set(result.index, result);
  const taken = cached?.results.length ?? 0;
  attempt.pace?.expect(todo.length - taken);
  const worked: ItemResult[] = [];
  const waiting: Retryable[] = [];
  for (const [offset, row] of items.entries()) {
    const { index } = row;
    if (results.has(index)) continue;
    if (attempt.remainingMs() < reserveMs) {
      waiting.push({
        index,
        error: new TransientError(`the batch ran out of time after ${offset} of ${items.length} items`),
      });
      break;
    }
    const outcome = await runItem(stage, handler, attempt, resolver, claim.record, row);
    if ('retry' in outcome) waiting.push({ index, error: outcome.retry });
    else {
      results.set(index, outcome);
      worked.push(outcome);
    }
  }

  const outcomes = [...results.values()].sort((a, b) => a.index - b.index);
  const failed = outcomes.filter((outcome) => 'error' in outcome).length;
  const endedAt = now();
  const stored = await ledger.payloads.storeResults(at.pipeline, outcomes);
  const [retry] = waiting;
  const isFirst = claim.record.startedAt === claimedAt;
  const telling = attempt.meter.tell(claim.record, {
    startedAt,
    claimedAt,
    endedAt,
    readyAt: isFirst ? resolver.readyAt(at.pipeline, at.run, at.generation) : undefined,
    bytesIn: Buffer.byteLength(JSON.stringify(todo.map(({ value }) => value))),
    bytesOut: bytesOf(stored),
    writesAfter: (call.cache ? worked.length : 0) + (call.release?.length ?? 0),
    ...(retry ? { error: again(retry, waiting) } : {}),
  });
  const held = await ledger.stages.settleBatch(at, number, owner, {
    status: waiting.length === 0 ? 'completed' : 'running',
    endedAt: isoTime(endedAt),
    durationMs: endedAt - startedAt,
    completed: outcomes.length - failed,
    failed,
    results: stored,
    ...telling,
    ...(cached ? { cached: taken + (claim.record.cached ?? 0) } : {}),
  });
  if (!held) throw new SupersededError(`another attempt at ${at.stage}, batch ${number}, holds the claim since`);
  await cached?.keep(worked); // after the batch, as its results link to this run
  if (retry) throw again(retry, waiting);
  const counts = { completed: outcomes.length - failed, failed, ...(cached ? { cached: taken } : {}) };
  return { status: 'completed', control: {}, ...counts };
};

const runItem = async <S extends Stage>(
  stage: S,
  handler: Handler<S>,
  attempt: Attempt,
  resolver: Resolver,
  record: BatchRecord,
  { index, value: item, beside = {} }: BatchRow,
): Promise<ItemResult | { readonly retry: Error }> => {
  const { call, ledger, logger, now } = attempt;
  const { pipeline, id, partition, definitionHash } = call.run;
  const startedAt = isoTime(now());
  let bound: Json = item;
  attempt.meter.forgetScores(); // of an item that failed
  try {
    if (call.fold) {
      const key = idempotencyKey(attempt, record, index);
      const output = await fold(stage, handler, attempt, resolver, item as unknown as BatchRange, key); // as the ledger shares them out
      attempt.meter.checkScores();
      return { index, output };
    }
    refuseMalformed(item);
    bound = await resolver.resolve(call.bind, { ...scopeOf(call), item, beside });
    const input = await parse(stage.input, bound, 'input');
    const result = await heedingRetryAfter(stage, handler, attempt, {
      input,
      run: { pipeline, id, partition },
      log: logOf(logger),
      store: attempt.store,
      signal: attempt.signal,
      cost: attempt.meter.cost,
      score: attempt.meter.score,
      idempotencyKey: idempotencyKey(attempt, record, index),
      heartbeat: () => undefined,
      item: index,
    });
    const output = await parse(stage.output, result, 'output');
    attempt.meter.checkScores();
    return { index, output };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    if (!isPermanent(error)) return { retry: error };
    await ledger.deadLetters.write(
      {
        pipeline,
        run: id,
        partition,
        stage: call.stage,
        item: index,
        error: error.name,
        cause: error.message,
        attempts: 1,
        input: await ledger.payloads.store(pipeline, bound),
        firstAt: startedAt,
        lastAt: isoTime(now()),
        definitionHash,
        generation: addressOf(call.run, call.stage).generation,
      },
      attempt.deadLetterQueueUrl,
    );
    const blocked = error instanceof BlockedError ? { scores: error.scores } : {};
    return { index, error: error.name, cause: error.message, ...blocked };
  }
};

/**
 * HDL733: a line of the file that a map is over can be no row: it is no JSON, or too large for the input of a state. Fix: correct that
 * line of the file, or put its text into an object of its own; then run the pipeline for it again, or discard the dead letter.
 */
const refuseMalformed = (row: Json): void => {
  const { 'heddle:malformed': malformed } = (row ?? {}) as Partial<MalformedRow>; // any JSON may be asked for a field
  if (!malformed) return;
  const { line, object = 'the file', is = 'no JSON', problem } = malformed;
  throw new PermanentError(`HDL733 line ${line} of ${object} is ${is}: ${problem}`);
};

/** The error that makes the state machine try the batch again: of the class of the first item's, naming how many wait. */
const again = ({ index, error }: Retryable, waiting: readonly Retryable[]): Error => {
  const message = `${waiting.length} item(s) to try again, the first is ${index}: ${error.name}: ${error.message}`;
  return error instanceof ThrottledError
    ? new ThrottledError(message, { cause: error })
    : new TransientError(message, { cause: error });
};
