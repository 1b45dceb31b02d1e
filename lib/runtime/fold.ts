// Many parts into one, a group of them at a time: what is held is a group and what the groups before it gave.
import type { Stage } from '../definition/index.ts';
import { addressOf, outputsIn, type Resolver } from '../ledger/index.ts';
import type { BatchRange, Json } from '../records/index.ts';
import { sha256 } from '../support/sha256.ts';
import { type Attempt, type Handler, logOf, scopeOf } from './attempt.ts';
import { parse } from './contract.ts';
import { heedingRetryAfter } from './retry-after.ts';

/** What one call of a stage gets at most, beside what the calls before gave. */
export interface GroupLimits {
  readonly parts: number;
  /** Characters of JSON. */
  readonly size: number;
}

/** Folds parts in their order; `merge` makes one of a group. Undefined where there is none. */
export const foldParts = async (
  parts: AsyncIterable<Json> | Iterable<Json>,
  limits: GroupLimits,
  merge: (group: readonly Json[]) => Promise<Json>,
): Promise<Json | undefined> => {
  let group: Json[] = [];
  let size = 0;
  let isMerged = false;
  const flush = async (): Promise<void> => {
    group = [await merge(group)];
    size = 0;
    isMerged = true;
  };
  for await (const part of parts) {
    group.push(part);
    size += JSON.stringify(part).length;
    isMerged = false;
    if (group.length > limits.parts || size > limits.size) await flush();
  }
  if (group.length > 0 && !isMerged) await flush();
  return group[0];
};

const mostParts = 1_000;
/** Parsed, and with what else there is, JSON takes some ten times its characters. */
const limitsOf = ({ memoryMb }: Stage): GroupLimits => ({ parts: mostParts, size: (memoryMb * 2 ** 20) / 64 });

/** What the stage makes of all outputs of some batches of the map that it folds. Throws UnavailableError. */
export const fold = async <S extends Stage>(
  stage: S,
  handler: Handler<S>,
  attempt: Attempt,
  resolver: Resolver,
  range: BatchRange,
  key: string,
): Promise<Json> => {
  const { call, ledger, logger } = attempt;
  const { over, part, empty } = call.fold ?? { over: '', part: { kind: 'value', value: null }, empty: null };
  const scope = scopeOf(call);
  const { pipeline, id, partition } = call.run;
  let group = 0;
  async function* parts(): AsyncGenerator<Json> {
    for await (const item of outputsIn(ledger, addressOf(call.run, over), range))
      yield await resolver.resolve(part, { ...scope, item });
  }
  const merge = async (parts: readonly Json[]): Promise<Json> => {
    group += 1;
    const given = await heedingRetryAfter(stage, handler, attempt, {
      input: await parse(stage.input, { parts }, 'input'),
      run: { pipeline, id, partition },
      log: logOf(logger),
      store: attempt.store,
      signal: attempt.signal,
      cost: attempt.meter.cost,
      score: attempt.meter.score,
      idempotencyKey: `${key}-${group}`,
      heartbeat: () => undefined,
    });
    return (await parse(stage.output, given, 'output')) as Json; // The contract just said so.
  };
  return (await foldParts(parts(), limitsOf(stage), merge)) ?? empty;
};

/** What stands for all that a fold is made of: equal where its parts are. Throws UnavailableError where they will not come. */
export const foldedFrom = async ({ call, ledger }: Attempt, resolver: Resolver): Promise<Json> => {
  const { over = '' } = call.fold ?? {};
  await resolver.check([over], scopeOf(call));
  const at = addressOf(call.run, over);
  const { spread } = (await ledger.stages.get(at)) ?? {};
  const from: string[] = [];
  for await (const page of ledger.stages.resultPages({ ...at, spread }, everything))
    for (const { results } of page)
      if (results) from.push(results.kind === 'object' ? results.key : sha256(results.json));
  return from;
};

/** All batches of a map. */
export const everything: BatchRange = { from: 0, to: null };
