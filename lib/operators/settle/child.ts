// A stage that runs another pipeline: opened with a task token, ended by the other run's own end.
import { addressOf, UnavailableError } from '../../ledger/index.ts';
import {
  childRunId,
  controlOf,
  type Json,
  needsOf,
  type Parent,
  type RunRecord,
  type StartMessage,
} from '../../records/index.ts';
import { errorNames } from '../../support/error-names.ts';
import { tellParent } from '../parent.ts';
import { isoTime, type Services } from '../services.ts';
import { release } from '../task-token.ts';
import type { Call, SettleAnswer } from './answer.ts';
import { stageFailed } from './stage-failed.ts';

const nothing: SettleAnswer = { control: {} };

/** Asks for the run, through the one door. Asking again, with a new token, asks for the same run, and finds one that has ended. */
export const startChild = async (call: Call<'startChild'>, services: Services): Promise<SettleAnswer> => {
  const { run, stage, token, child: pipeline, input, timeoutSeconds, after, chosen, control } = call;
  const { aws, ledger, now, startQueueUrl } = services;
  const at = addressOf(run, stage);
  const bindings = [input, ...(call.partition ? [call.partition] : [])];
  const needs = needsOf(bindings, after, chosen);
  let value: Json;
  let partition = run.partition;
  try {
    const resolver = ledger.resolver();
    const scope = { pipeline: run.pipeline, run: run.id, partition: run.partition, chosen };
    await resolver.check(after, scope);
    value = await resolver.resolve(input, scope);
    if (call.partition) partition = String(await resolver.resolve(call.partition, scope));
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    await ledger.stages.skip(at, error.message, isoTime(now()), needs);
    await release(token, {}, services);
    return nothing;
  }
  const parent: Parent = { pipeline: run.pipeline, run: run.id, stage, generation: at.generation };
  const child = { pipeline, run: childRunId(pipeline, partition, parent), control };
  const opened = { now: isoTime(now()), until: isoTime(now() + timeoutSeconds * 1_000), ...needs, child };
  const { held, record } = await ledger.waits.open(at, opened, { token });
  if (!held) {
    const output = record.output ? ((await ledger.payloads.load(record.output)) as Json) : null;
    await release(token, controlOf(control, output), services);
    return nothing;
  }
  const before = await ledger.runs.get(pipeline, child.run);
  if (before?.endedAt !== undefined) {
    await tellParent(before, services);
    return nothing;
  }
  const stored = await ledger.payloads.store(pipeline, value);
  const message: StartMessage = {
    ...{ kind: 'child', pipeline, parent, partition, input: stored },
    ...(run.priority ? { priority: run.priority } : {}),
  };
  await aws.call('sqs', 'SendMessage', { QueueUrl: startQueueUrl, MessageBody: JSON.stringify(message) });
  return nothing;
};

/** After the wait brought an error: a run that completed all the same counts; else the stage fails. */
export const childEnded = async (call: Call<'childEnded'>, services: Services): Promise<SettleAnswer> => {
  const { run, stage, input, chosen, control, error } = call;
  const { ledger } = services;
  const at = addressOf(run, stage);
  const record = await ledger.stages.get(at);
  if (record?.status === 'skipped') return nothing;
  const child: RunRecord | undefined =
    record?.child && (await ledger.runs.get(record.child.pipeline, record.child.run));
  if (child) await tellParent(child, services);
  const isLate = error.Error === 'States.Timeout';
  const cause = child
    ? `${child.pipeline} ${child.run} is still ${child.status}`
    : `no run was made: see the dead letters of the start queue`;
  const why = isLate ? { Error: errorNames.timeout, Cause: `${cause} at ${record?.until}` } : error;
  // Had the other run completed, that is recorded by now, and found there.
  return stageFailed({ action: 'stageFailed', run, stage, bind: input, chosen, error: why, control }, services);
};
