// The state before a stage that takes of a pool. It goes on by its token: at once where there is room, else when there is.
import {
  addressOf,
  batchItems,
  batchNumber,
  poolAnswer,
  type Scope,
  spreadOf,
  UnavailableError,
} from '../../ledger/index.ts';
import { isPoolKey, type Json, poolOwner } from '../../records/index.ts';
import { PermanentError } from '../../support/run-errors.ts';
import type { Services } from '../services.ts';
import { answerWith } from '../task-token.ts';
import type { Call, SettleAnswer } from './answer.ts';

export const poolOpened = async (call: Call<'poolOpened'>, services: Services): Promise<SettleAnswer> => {
  const { run, stage, pool, batch, since, attempt, token } = call;
  const { ledger, now } = services;
  const at = addressOf(run, stage);
  const record = await ledger.stages.get(at);
  const spread = spreadOf(record, call.spread);
  const done =
    record?.status === 'completed' ||
    (batch && (await ledger.stages.getBatch({ ...at, spread }, batchNumber(batch)))?.status === 'completed');
  const input = done ? undefined : await inputOf(call, spread, services);
  // Done before, or to be skipped: the stage's own call says so, and takes nothing for that.
  if (input === undefined) {
    await answerWith(token, poolAnswer(null, now()), services);
    return { control: {} };
  }
  const { name, key, holdSeconds, ...limits } = pool;
  await ledger.pools.enter(
    {
      pool: name,
      key: key === undefined ? '' : keyOf(name, key, input),
      limits,
      owner: poolOwner(run, stage, batch && batchNumber(batch)),
      since: Date.parse(since),
      attempt,
      ...(run.priority === 'low' ? { low: true } : {}),
      holdMs: holdSeconds * 1_000,
      token,
    },
    now(),
  );
  return { control: {} };
};

/** What the stage, or the first item of the batch, will get; undefined where it misses something. */
const inputOf = async (
  { run, bind, after, chosen, batch, pool }: Call<'poolOpened'>,
  spread: number | undefined,
  { ledger }: Services,
): Promise<Json | undefined> => {
  const scope: Scope = { pipeline: run.pipeline, run: run.id, partition: run.partition, chosen };
  const resolver = ledger.resolver();
  try {
    await resolver.check(after, scope);
    if (!batch) return await resolver.resolve(bind, scope);
    if (pool.key === undefined) return await resolver.resolve(bind, { ...scope, item: null });
    const [first] = (await batchItems(batch, ledger, resolver, scope, spread)).items;
    return first && (await resolver.resolve(bind, { ...scope, item: first.value, beside: first.beside ?? {} }));
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return undefined;
  }
};

/**
 * HDL705: what a stage was given has no value for its pool's key, or one that is no number and no text of up to 1,024 bytes. It is
 * permanent: a dead letter, and the rest goes on. Fix: correct what gives the value, or narrow the contract, then replay the dead letter.
 */
const keyOf = (pool: string, field: string, input: Json): string => {
  const value =
    typeof input === 'object' && input !== null && !Array.isArray(input)
      ? (input as { [field: string]: Json })[field]
      : undefined;
  if (isPoolKey(value)) return String(value);
  throw new PermanentError(
    `HDL705 the pool ${pool} has limits for each ${field}, but here it is ${JSON.stringify(value)?.slice(0, 100) ?? 'not there'}. Expected a text of up to 1,024 bytes, or a number. Fix: correct what gives ${field}`,
  );
};
