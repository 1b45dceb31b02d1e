// A stage that asks a person: opened with a task token, ended by the `answer` operator or by the clock.
import { addressOf, UnavailableError } from '../../ledger/index.ts';
import { controlOf, type Json, needsOf } from '../../records/index.ts';
import { errorNames } from '../../support/error-names.ts';
import { recordAnswer } from '../record-answer.ts';
import { isoTime, type Services } from '../services.ts';
import { release } from '../task-token.ts';
import { tell } from '../tell.ts';
import type { Call, SettleAnswer } from './answer.ts';
import { stageFailed } from './stage-failed.ts';

const longestShown = 4_000;

/** Records the question and puts it on the bus. Asking again, with a new token, finds an answer that was not delivered. */
export const ask = async (call: Call<'ask'>, services: Services): Promise<SettleAnswer> => {
  const { run, stage, token, prompt, show, schema, timeoutSeconds, after, chosen, control } = call;
  const { ledger, now } = services;
  const at = addressOf(run, stage);
  const needs = needsOf([show], after, chosen);
  const askedAt = now();
  let shown: Json;
  try {
    const resolver = ledger.resolver();
    const scope = { pipeline: run.pipeline, run: run.id, partition: run.partition, chosen };
    await resolver.check(after, scope);
    shown = await resolver.resolve(show, scope);
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    await ledger.stages.skip(at, error.message, isoTime(askedAt), needs);
    await release(token, {}, services);
    return { control: {} };
  }
  const until = isoTime(askedAt + timeoutSeconds * 1_000);
  const question = { prompt, schema, control, shown: await ledger.payloads.store(run.pipeline, shown) };
  const { held, record } = await ledger.waits.open(at, { now: isoTime(askedAt), until, ...needs, question }, { token });
  if (!held) {
    await recordAnswer({ pipeline: run.pipeline, run: run.id }, record, services);
    const output = record.output ? ((await ledger.payloads.load(record.output)) as Json) : null;
    await release(token, controlOf(control, output), services);
    return { control: {} };
  }
  const command = `npx heddle answer ${run.id} ${stage} --json '{…}'${services.commandOptions ?? ''}`;
  const text = JSON.stringify(shown).slice(0, longestShown);
  const detail = { stage, prompt, until: record.until ?? until, shown: text, command, wants: formOf(schema) };
  await tell('answerWanted', run, detail, services);
  return { control: {} };
};

/** The fields of an answer in words, without quotes, which e-mail would escape: `approved: boolean, note: string`. */
const formOf = (schema: Json): string => {
  const { type, properties, enum: values } = (schema ?? {}) as { [field: string]: Json };
  if (Array.isArray(values)) return values.join(' or ');
  if (type !== 'object' || typeof properties !== 'object' || properties === null) return String(type ?? 'anything');
  const fields = Object.entries(properties);
  return fields.map(([name, field]) => `${name}: ${formOf(field)}`).join(', ');
};

/** After the wait brought an error: an answer that was recorded counts; else the default, or the stage fails. */
export const askEnded = async (call: Call<'askEnded'>, services: Services): Promise<SettleAnswer> => {
  const { run, stage, show, chosen, control, error } = call;
  const { ledger, now } = services;
  const at = addressOf(run, stage);
  const record = await ledger.stages.get(at);
  if (record?.status === 'skipped') return { control: {} };
  const isLate = error.Error === 'States.Timeout';
  if (record?.status === 'waiting' && isLate && call.default) {
    const scope = { pipeline: run.pipeline, run: run.id, partition: run.partition, chosen };
    const output = await ledger.resolver().resolve(call.default, scope);
    const endedAt = isoTime(now());
    const id = at.generation === 1 ? 'default' : `default#${at.generation}`;
    const answered = { by: 'nobody in time: the default', at: endedAt, id };
    const stored = await ledger.payloads.store(run.pipeline, output);
    await ledger.waits.complete(at, { endedAt, output: stored, answered });
  }
  const settled = await ledger.stages.get(at);
  if (settled?.status === 'completed' && settled.output) {
    await recordAnswer({ pipeline: run.pipeline, run: run.id }, settled, services);
    return { control: controlOf(control, (await ledger.payloads.load(settled.output)) as Json) };
  }
  const why = isLate
    ? { Error: errorNames.unanswered, Cause: `nobody answered until ${record?.until ?? 'the timeout'}` }
    : error;
  // An answer that wins the race now is found there.
  return stageFailed({ action: 'stageFailed', run, stage, bind: show, chosen, error: why, control }, services);
};
