// `settle`: records what no stage wrapper can: a stage or batch that failed for good, and the end of a map.
import { UnavailableError } from '../ledger/index.ts';
import type { Control, DeadLetter, ItemResult, Json, RunFacts, SettleCall, Tolerance } from '../records/index.ts';
import { runEvents, valueAt } from '../records/index.ts';
import { errorNames } from '../support/error-names.ts';
import { invariant } from '../support/invariant.ts';
import { isoTime, type Services } from './services.ts';

export interface SettleAnswer {
  readonly control: Control;
}

export const settle = (call: SettleCall, services: Services): Promise<SettleAnswer> => {
  switch (call.action) {
    case 'stageFailed':
      return stageFailed(call, services);
    case 'batchFailed':
      return batchFailed(call, services);
    case 'mapDone':
      return mapDone(call, services);
  }
};

type Call<A extends SettleCall['action']> = Extract<SettleCall, { action: A }>;

/** What a Lambda's error looks like in `Cause`. Anything else is the cause as it is. */
const readCause = (cause: string | undefined): string => {
  if (!cause) return 'no cause was given';
  try {
    const { errorMessage } = JSON.parse(cause);
    return typeof errorMessage === 'string' ? errorMessage : cause;
  } catch {
    return cause;
  }
};

const stageFailed = async (
  { run, stage, bind, error }: Call<'stageFailed'>,
  services: Services,
): Promise<SettleAnswer> => {
  const { ledger, now } = services;
  const at = { pipeline: run.pipeline, run: run.id, stage };
  const cause = readCause(error.Cause);
  const record = await ledger.stages.fail(at, { endedAt: isoTime(now()), error: error.Error, cause });
  if (!record) return { control: {} }; // It completed after all: a late attempt settled it.
  const scope = { pipeline: run.pipeline, run: run.id, partition: run.partition, chosen: {} };
  let input: Json = null;
  try {
    input = await ledger.resolver().resolve(bind, scope);
  } catch (missing) {
    if (!(missing instanceof UnavailableError)) throw missing;
  }
  await writeDeadLetter(services, run, {
    stage,
    error: error.Error,
    cause,
    attempts: record.attempts,
    input: await ledger.payloads.store(run.pipeline, input),
    firstAt: record.startedAt ?? isoTime(now()),
  });
  return { control: {} };
};

/** The items of a failed batch that have no outcome yet become dead letters, each with the batch's error. */
const batchFailed = async ({ call, error }: Call<'batchFailed'>, services: Services): Promise<SettleAnswer> => {
  const { ledger, now } = services;
  const { run, stage, batch } = call;
  invariant(batch, 'a batch failed without one');
  const at = { pipeline: run.pipeline, run: run.id, stage };
  const owner = `settle:${run.execution}`;
  const claim = await ledger.stages.claimBatch(at, batch.index, owner, isoTime(now()));
  if (!claim.held) return { control: {} };
  const known = claim.record.results
    ? ((await ledger.payloads.load(claim.record.results)) as readonly ItemResult[])
    : [];
  const results = new Map(known.map((result) => [result.index, result]));
  const scope = { pipeline: run.pipeline, run: run.id, partition: run.partition, chosen: call.chosen };
  const resolver = ledger.resolver();
  const list = await resolver.resolve(batch.items, scope);
  invariant(Array.isArray(list), `${stage} maps over something that is not a list`);
  const cause = readCause(error.Cause);
  const first = batch.index * batch.size;
  for (const [offset, item] of list.slice(first, first + batch.size).entries()) {
    const index = first + offset;
    if (results.has(index)) continue;
    await writeDeadLetter(services, run, {
      stage,
      item: index,
      error: error.Error,
      cause,
      attempts: claim.record.attempts - 1,
      input: await ledger.payloads.store(run.pipeline, await resolver.resolve(call.bind, { ...scope, item })),
      firstAt: claim.record.startedAt ?? isoTime(now()),
    });
    results.set(index, { index, error: error.Error, cause });
  }
  const outcomes = [...results.values()].sort((a, b) => a.index - b.index);
  const failed = outcomes.filter((outcome) => 'error' in outcome).length;
  await ledger.stages.settleBatch(at, batch.index, owner, {
    status: 'completed',
    endedAt: isoTime(now()),
    durationMs: 0,
    completed: outcomes.length - failed,
    failed,
    results: await ledger.payloads.store(run.pipeline, outcomes),
  });
  return { control: {} };
};

const mapDone = async (call: Call<'mapDone'>, services: Services): Promise<SettleAnswer> => {
  const { ledger, now } = services;
  const { run, stage } = call;
  const at = { pipeline: run.pipeline, run: run.id, stage };
  const scope = { pipeline: run.pipeline, run: run.id, partition: run.partition, chosen: call.chosen };
  const resolver = ledger.resolver();
  try {
    await resolver.resolve(call.items, scope);
    await resolver.check(call.after, scope);
    await resolver.resolve(call.bind, { ...scope, item: null });
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    await ledger.stages.skip(at, error.message, isoTime(now()));
    return { control: {} };
  }
  const batches = await ledger.stages.listBatches(at, false);
  const completed = batches.reduce((sum, batch) => sum + batch.completed, 0);
  const failed = batches.reduce((sum, batch) => sum + batch.failed, 0);
  const items = { total: completed + failed, completed, failed };
  const endedAt = isoTime(now());
  if (failed > allowed(call.tolerate, items.total)) {
    const cause = `${failed} of ${items.total} items failed; the stage bears ${describe(call.tolerate)}`;
    await ledger.stages.closeMap(at, { status: 'failed', endedAt, items, error: errorNames.tooManyFailures, cause });
    return { control: {} };
  }
  await ledger.stages.closeMap(at, { status: 'completed', endedAt, items });
  const facts: Json = { count: completed, failed };
  const control = call.control.map(({ key, path }): [string, Json] => [
    key,
    path[0] === 'outputs' ? completed : valueAt(facts, path),
  ]);
  return { control: Object.fromEntries(control) };
};

const allowed = ({ count, percent }: Tolerance, total: number): number =>
  Math.min(
    count ?? Number.POSITIVE_INFINITY,
    percent === undefined ? Number.POSITIVE_INFINITY : (total * percent) / 100,
  );

const describe = ({ count, percent }: Tolerance): string =>
  [count === undefined ? [] : [`${count}`], percent === undefined ? [] : [`${percent} %`]].flat().join(' and ');

type Failed = Pick<DeadLetter, 'stage' | 'error' | 'cause' | 'attempts' | 'input' | 'firstAt'> & {
  readonly item?: number;
};

const writeDeadLetter = async (
  { aws, eventBus, ledger, manifests, now }: Services,
  run: RunFacts,
  failed: Failed,
): Promise<void> => {
  const manifest = await manifests.of(run.pipeline);
  if (!manifest) throw new Error(`there is no manifest of ${run.pipeline}, so its dead-letter queue is not known`);
  const facts = { pipeline: run.pipeline, run: run.id, partition: run.partition };
  await ledger.deadLetters.write(
    { ...facts, ...failed, lastAt: isoTime(now()), definitionHash: run.definitionHash },
    manifest.deadLetterQueueUrl,
  );
  await aws.call('events', 'PutEvents', {
    Entries: [
      {
        Source: runEvents.source,
        DetailType: runEvents.deadLetter,
        EventBusName: eventBus,
        Detail: JSON.stringify({
          ...facts,
          stage: failed.stage,
          item: failed.item,
          error: failed.error,
          cause: failed.cause.slice(0, 1_000),
        }),
      },
    ],
  });
};
