import { addressOf, spreadOf, UnavailableError } from '../../ledger/index.ts';
import { controlOf, type Json, needsOf, readCause } from '../../records/index.ts';
import { isoTime, type Services } from '../services.ts';
import type { Call, SettleAnswer } from './answer.ts';
import { writeDeadLetter } from './dead-letter.ts';
import { outcomeOf } from './outcome.ts';

/** Records a stage that failed for good, with its dead letter, and what `onFailure` makes of it. */
export const stageFailed = async (
  { run, stage, bind, chosen = {}, error, onFailure, control = [], round, spread }: Call<'stageFailed'>,
  services: Services,
): Promise<SettleAnswer> => {
  const { ledger, now } = services;
  const at = addressOf(run, stage);
  const before = await ledger.stages.get(at);
  // What it needs will not come, and that is recorded; its function died before it could say so.
  if (before?.status === 'skipped' && before.error === undefined && before.generation === at.generation)
    return { control: {} };
  const failure = { error: error.Error, cause: readCause(error.Cause) };
  const outcome = await outcomeOf(ledger, run.pipeline, onFailure, failure);
  const endedAt = isoTime(now());
  const recorded = await ledger.stages.fail(
    { ...at, spread: spreadOf(before, spread) },
    { ...outcome, ...failure, endedAt },
    needsOf([bind], [], chosen),
  );
  // It is completed: by a late attempt after all, or with `onFailure`'s value by a call of this operator that went before.
  const record = recorded ?? (await ledger.stages.get(at));
  const output = record?.output ? ((await ledger.payloads.load(record.output)) as Json) : undefined;
  const answer = { control: output === undefined ? {} : controlOf(control, output) };
  if (!record || (!recorded && !record.substituted)) return answer;
  const scope = { pipeline: run.pipeline, run: run.id, partition: run.partition, chosen };
  let input: Json = null;
  try {
    input = await ledger.resolver().resolve(bind, scope);
  } catch (missing) {
    if (!(missing instanceof UnavailableError)) throw missing;
  }
  await writeDeadLetter(services, run, {
    stage,
    ...failure,
    ...(round === undefined ? {} : { round }),
    attempts: record.attempts,
    input: await ledger.payloads.store(run.pipeline, input),
    firstAt: record.startedAt ?? endedAt,
  });
  await ledger.audit.record(run.pipeline, run.id, {
    id: `failed#${stage}#${at.generation}${round === undefined ? '' : `#${round}`}`,
    at: endedAt,
    by: 'settle',
    what: 'stageFailed',
    detail: `${stage}: ${failure.error}: ${failure.cause.slice(0, 500)}`,
  });
  return answer;
};
