import { UnavailableError } from '../../ledger/index.ts';
import type { Json } from '../../records/index.ts';
import { isoTime, type Services } from '../services.ts';
import type { Call, SettleAnswer } from './answer.ts';
import { readCause } from './caught-cause.ts';
import { writeDeadLetter } from './dead-letter.ts';

/** Records a stage that failed for good, with its dead letter. */
export const stageFailed = async (
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
