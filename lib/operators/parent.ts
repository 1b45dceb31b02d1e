// Tells the stage that waits for a run how it ended. May be repeated: whatever is found done stays, and the token of a state
// that has gone on is left alone.
import { UnavailableError } from '../ledger/index.ts';
import { controlOf, type Json, type RunRecord } from '../records/index.ts';
import { isoTime, type Services } from './services.ts';
import { fail, release } from './task-token.ts';

export const tellParent = async (run: RunRecord, services: Services): Promise<void> => {
  const { ledger, now } = services;
  if (!run.askedBy || run.endedAt === undefined) return;
  const { pipeline, run: id, stage } = run.askedBy;
  const at = { pipeline, run: id, stage };
  const record = await ledger.stages.get(at);
  if (record?.child?.run !== run.run || !record.token) return; // it waits for another by now
  if (record.status === 'completed' && record.output) {
    const output = (await ledger.payloads.load(record.output)) as Json;
    return release(record.token, controlOf(record.child.control, output), services);
  }
  if (record.status !== 'waiting') return;
  if (run.status !== 'completed')
    return fail(
      record.token,
      `${run.pipeline} ${run.run} is ${run.status}: ${run.cause ?? 'no cause was given'}`,
      services,
    );
  let output: Json;
  try {
    const scope = { pipeline: run.pipeline, run: run.run, partition: run.partition, chosen: run.chosen ?? {} };
    output = await ledger.resolver().resolve(run.output ?? { kind: 'value', value: null }, scope);
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return fail(record.token, `${run.pipeline} ${run.run} gave no output: ${error.message}`, services);
  }
  // Copied under the parent's own keys, the only ones that its stages may read.
  const stored = await ledger.payloads.store(pipeline, output);
  const { generation = 1 } = record;
  const end = { endedAt: isoTime(now()), output: stored };
  // Refused where another was there first, or this itself, and the answer to its write was lost.
  const after = (await ledger.waits.complete({ ...at, generation }, end)) ?? (await ledger.stages.get(at));
  if (after?.status === 'completed' && after.token === record.token)
    await release(record.token, controlOf(record.child.control, output), services);
};
