// A stage that waits for time to pass.
import { addressOf, UnavailableError } from '../../ledger/index.ts';
import { controlOf, type Json, needsOf, type WaitAnswer, type WaitTime } from '../../records/index.ts';
import { momentOf } from '../../support/moment.ts';
import { PermanentError } from '../../support/run-errors.ts';
import { isoTime, type Services } from '../services.ts';
import type { Call, SettleAnswer } from './answer.ts';

/** Records a stage as waiting, and answers until when. Throws PermanentError on a moment that cannot be waited for. */
export const waitOpened = async (
  { run, stage, wait, after, chosen }: Call<'waitOpened'>,
  { ledger, now }: Services,
): Promise<WaitAnswer> => {
  const at = addressOf(run, stage);
  const needs = needsOf(wait.kind === 'until' ? [wait.at] : [], after, chosen);
  const scope = { pipeline: run.pipeline, run: run.id, partition: run.partition, chosen };
  const openedAt = now();
  const resolver = ledger.resolver();
  let moment: Json = null;
  try {
    await resolver.check(after, scope);
    if (wait.kind === 'until') moment = await resolver.resolve(wait.at, scope);
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    await ledger.stages.skip(at, error.message, isoTime(openedAt), needs);
    return { control: {}, until: isoTime(openedAt) };
  }
  const until = isoTime(endOf(wait, moment, openedAt));
  const { held, record } = await ledger.waits.open(at, { now: isoTime(openedAt), until, ...needs });
  return { control: {}, until: held ? (record.until ?? until) : isoTime(openedAt) };
};

const endOf = (wait: WaitTime, moment: Json, openedAt: number): number => {
  if (wait.kind === 'for') return openedAt + wait.seconds * 1_000;
  const until = momentOf(moment);
  if (until === undefined)
    throw new PermanentError(
      `HDL410 the stage is to wait until ${JSON.stringify(moment).slice(0, 100)}, which is no moment. Fix: give it ISO 8601 with its zone, such as 2026-01-31T09:00:00Z`,
    );
  const seconds = (until - openedAt) / 1_000;
  if (seconds > wait.atMostSeconds)
    throw new PermanentError(
      `HDL411 the stage is to wait until ${isoTime(until)}, ${Math.ceil(seconds)} s from now, but waits ${wait.atMostSeconds} s at most. Fix: correct the moment, or raise atMost in flow.wait`,
    );
  return until;
};

/** Completes a stage that waited. One that was skipped stays so. */
export const waitDone = async (
  { run, stage, control }: Call<'waitDone'>,
  { ledger, now }: Services,
): Promise<SettleAnswer> => {
  const at = addressOf(run, stage);
  const record = await ledger.stages.get(at);
  if (record?.status !== 'waiting' && record?.status !== 'completed') return { control: {} };
  const output = { until: record.until ?? null };
  if (record.status === 'waiting')
    await ledger.waits.complete(at, {
      endedAt: isoTime(now()),
      output: await ledger.payloads.store(run.pipeline, output),
    });
  return { control: controlOf(control, output) };
};
