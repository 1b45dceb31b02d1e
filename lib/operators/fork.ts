// A new run that goes on from a stage of another one: what lies before that stage is taken over with its results.
import { belowOf, undoneOf } from '../ledger/index.ts';
import { forkId, type PipelineManifest, type RunRecord, type StartMessage } from '../records/index.ts';
import { PermanentError } from '../support/run-errors.ts';
import { admit, patient } from './admission/index.ts';
import { deadlineFrom, watchDeadline } from './deadline.ts';
import { markPartition } from './mark-partition.ts';
import type { Outcome } from './outcome.ts';
import { isoTime, type Services } from './services.ts';
import { startExecution } from './start-execution.ts';

/** Repeats are harmless, as with every start. Throws PermanentError HDL408 when there is no such run to fork. */
export const fork = async (
  message: Extract<StartMessage, { kind: 'fork' }>,
  manifest: PipelineManifest,
  services: Services,
): Promise<Outcome> => {
  const { ledger, now } = services;
  const { pipeline, from, by } = message;
  const parent = await ledger.runs.get(pipeline, message.run);
  if (!parent)
    throw new PermanentError(
      `HDL408 there is no run ${message.run} of ${pipeline} to fork. Fix: take the id from heddle runs ${pipeline}`,
    );
  const run = forkId(parent, message.id);
  const createdAt = isoTime(now());
  const record: RunRecord = {
    pipeline,
    run,
    partition: parent.partition,
    status: 'pending',
    trigger: { kind: 'manual', identity: message.id, detail: by },
    input: parent.input,
    upstream: parent.upstream,
    ...(parent.upstreamLists ? { upstreamLists: parent.upstreamLists } : {}),
    ...(parent.without ? { without: parent.without } : {}),
    ...(parent.slice ? { slice: parent.slice } : {}),
    parent: { run: parent.run, from },
    ...(manifest.admission ? { gated: true } : {}),
    ...deadlineFrom(manifest, Date.parse(createdAt)),
    createdAt,
  };
  const isNew = await ledger.runs.create(record);
  if (!isNew && (await ledger.runs.get(pipeline, run))?.status !== 'pending') return { kind: 'duplicate', run };
  const [stages, undos] = await Promise.all([
    ledger.stages.list(pipeline, parent.run),
    ledger.stages.listUndo(pipeline, parent.run),
  ]);
  const undone = undoneOf(stages, undos);
  const own = new Set([...message.again, ...undone, ...belowOf(undone, stages).keys()]);
  await ledger.takeOver(pipeline, parent.run, run, own, from);
  await ledger.audit.record(pipeline, run, {
    id: 'asked',
    at: createdAt,
    by,
    what: 'forked',
    detail: `from ${from} of ${parent.run}`,
  });
  await watchDeadline(record, services);
  const instead = await admit(record, patient(manifest), services);
  if (instead) return instead;
  await markPartition(record, services);
  await startExecution(manifest, run, 1, services);
  return isNew ? { kind: 'started', run } : { kind: 'duplicate', run };
};
