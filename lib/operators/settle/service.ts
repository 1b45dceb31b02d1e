// A stage that is a call of AWS's own: its arguments before, its answer after.
import { addressOf, UnavailableError } from '../../ledger/index.ts';
import { controlOf, type Json, needsOf, type ServiceAnswer } from '../../records/index.ts';
import { PermanentError } from '../../support/run-errors.ts';
import { isoTime, type Services } from '../services.ts';
import type { Call, SettleAnswer } from './answer.ts';

/** A state's input is 256 KiB at most, and the flow's own state goes along. */
const mostBytes = 200_000;

/**
 * HDL423: the arguments of a flow.service are longer than 200 KB. Fix: pass a reference to the data, such as the key of an
 * object, or do the work in a stage.
 */
export const serviceOpened = async (call: Call<'serviceOpened'>, { ledger, now }: Services): Promise<ServiceAnswer> => {
  const { run, stage, bind, after, chosen, jobIn } = call;
  const at = addressOf(run, stage);
  const needs = needsOf([bind], after, chosen);
  const facts = jobIn === undefined ? needs : { ...needs, jobIn };
  const claim = await ledger.stages.claim(at, ownerOf(call), isoTime(now()), facts);
  if (!claim.held) return { control: {}, call: false, arguments: {} };
  let given: Json;
  try {
    const resolver = ledger.resolver();
    const scope = { pipeline: run.pipeline, run: run.id, partition: run.partition, chosen };
    await resolver.check(after, scope);
    given = await resolver.resolve(bind, scope);
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    await ledger.stages.skip(at, error.message, isoTime(now()), needs);
    return { control: {}, call: false, arguments: {} };
  }
  const bytes = Buffer.byteLength(JSON.stringify(given));
  if (bytes > mostBytes)
    throw new PermanentError(
      `HDL423 the arguments of ${stage} have ${bytes} bytes, but ${mostBytes} can travel. Fix: pass a reference to the data, or do it in a stage`,
    );
  return { control: {}, call: true, arguments: given };
};

const ownerOf = ({ run }: Call<'serviceOpened' | 'serviceDone'>): string => `service:${run.execution}`;

/** Records the answer of the call. A stage that was skipped stays so; one that was called before keeps its answer. */
export const serviceDone = async (call: Call<'serviceDone'>, { ledger, now }: Services): Promise<SettleAnswer> => {
  const { run, stage, service, control } = call;
  const at = addressOf(run, stage);
  const record = await ledger.stages.get(at);
  if (record?.status === 'completed' && record.output)
    return { control: controlOf(control, (await ledger.payloads.load(record.output)) as Json) };
  if (record?.status !== 'running' || service.result === undefined) return { control: {} };
  const endedAt = now();
  await ledger.stages.complete(at, ownerOf(call), {
    endedAt: isoTime(endedAt),
    durationMs: endedAt - Date.parse(record.startedAt ?? isoTime(endedAt)),
    output: await ledger.payloads.store(run.pipeline, service.result),
  });
  return { control: controlOf(control, service.result) };
};
