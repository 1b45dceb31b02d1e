// `dispatch`: the one door. Takes start messages from the queue, records each run once and starts its execution.
import type { Json, PipelineManifest, RunRecord, StartMessage, StoredPayload } from '../records/index.ts';
import { PermanentError } from '../support/run-errors.ts';
import {
  admit,
  closeWindow,
  ended,
  hold,
  missed,
  pausesFor,
  recordSkipped,
  release,
  skipRun,
  triggerOf,
} from './admission/index.ts';
import { advance, refuseBackfill } from './backfill/index.ts';
import { compensate } from './compensate.ts';
import { atDeadline, deadlineFrom, watchDeadline } from './deadline.ts';
import { fork } from './fork.ts';
import { gatherOne } from './gather-one.ts';
import { isDue, partitionsFor, spread } from './join/index.ts';
import { look } from './look.ts';
import { markPartition } from './mark-partition.ts';
import type { Outcome } from './outcome.ts';
import { tellParent } from './parent.ts';
import { checkEventInput, unmet, unmetAbove } from './read-event.ts';
import { type Resumed, resume } from './resume.ts';
import { decide, type RunMessage, recordOf } from './run-request.ts';
import { isoTime, type Services } from './services.ts';
import { skipAsked } from './skip-asked.ts';
import { startExecution } from './start-execution.ts';
import { fail } from './task-token.ts';

/**
 * Starts the run that a message asks for. Repeats are harmless: the run's id and the execution's name and input follow from
 * the message, so a crash between record and start is mended by the redelivery.
 */
export const dispatch = async (message: StartMessage, services: Services): Promise<Outcome> => {
  const { ledger, manifests, now } = services;
  if (message.kind === 'look') return look(message, services);
  if (message.kind === 'advance') return advance(message, services);
  const manifest = await manifests.of(message.pipeline);
  if (!manifest)
    throw new PermanentError(
      `HDL404 there is no pipeline ${message.pipeline} here. Fix: deploy it, or correct the name`,
    );
  if (message.kind === 'resume')
    return resumed(await resume(message.pipeline, message.run, message.order, manifest, services));
  if (message.kind === 'fork') return fork(message, manifest, services);
  if (message.kind === 'deadline') return atDeadline(message, manifest, services);
  if (message.kind === 'compensate') return compensate(message, manifest, services);
  if (message.kind === 'ended') return ended(message, manifest, services);
  if (message.kind === 'release') return release(message, manifest, services);
  if (message.kind === 'waited' && !(await isDue(message, services)))
    return { kind: 'notStarted', reason: `it waits until ${message.at}` };
  if (message.kind === 'window') {
    const closed = await closeWindow(message, services);
    return closed.kind === 'gathered' ? closed : dispatch(closed, services);
  }
  if ('batch' in message && message.batch) return gatherOne(message, message.batch, manifest, services);
  const late = await missed(message, services);
  if (late?.kind === 'later') return { kind: 'released', runs: late.runs };
  const partitions = await partitionsFor(message, manifest, services);
  if (partitions?.length === 0) return { kind: 'notStarted', reason: 'no partition of it is asked for by this' };
  if (partitions && partitions.length > 1 && (message.kind === 'upstream' || message.kind === 'schedule')) {
    await spread(message, partitions, services);
    return { kind: 'spread', partitions: partitions.length };
  }
  const decision = await decide(message, manifest, services, partitions?.[0]);
  if ('reason' in decision) {
    if (message.kind === 'child') await refuseParent(message, decision.reason, services);
    if (message.kind === 'backfill' && !decision.passing) await refuseBackfill(message, decision.reason, services);
    if (message.kind === 'request') return skipAsked(message, message.partition, decision.reason, manifest, services);
    return { kind: 'notStarted', reason: decision.reason };
  }

  const { run, partition, input } = decision.request;
  await checkEventInput(message, input, services);
  const stored = await storedInput(message, input, services);
  if (!stored) {
    const reason = 'the run whose input it was to get is no longer in the ledger';
    if (message.kind === 'backfill') await refuseBackfill(message, reason, services);
    return { kind: 'notStarted', reason };
  }
  const createdAt = isoTime(now());
  const record: RunRecord = {
    ...recordOf(manifest, decision.request, stored, createdAt),
    ...(message.kind === 'child' ? { askedBy: message.parent } : {}),
    ...(message.kind === 'backfill' ? { backfill: message.backfill } : {}),
    ...(canWait(message, manifest) ? { priority: 'low' } : {}),
    ...(manifest.admission ? { gated: true } : {}),
    ...deadlineFrom(manifest, Date.parse(createdAt)),
  };
  const unwanted = late?.reason ?? (await unmet(message, partition, manifest, services));
  if (unwanted !== undefined) return recordSkipped(record, unwanted, services);
  const { asks } = decision;
  const lacking = asks && (await unmetAbove(asks.when, record, manifest, services));
  if (asks && lacking !== undefined) return recordSkipped({ ...record, run: asks.skipped }, lacking, services);
  const [isNew, pauses] = await Promise.all([ledger.runs.create(record), pausesFor(message, services)]);
  const standing = isNew ? record : await ledger.runs.get(message.pipeline, run);
  if (standing?.status !== 'pending') {
    if (message.kind === 'child' && standing) await tellParent(standing, services); // whoever skipped it died before it could
    return { kind: 'duplicate', run };
  }
  await watchDeadline(standing, services);
  if (message.kind === 'child' && (await isOver(message, services))) {
    const reason = `${message.parent.pipeline} ${message.parent.run}, which asked for it, has ended`;
    await skipRun({ pipeline: message.pipeline, run, generation: 1 }, reason, services);
    return { kind: 'notStarted', reason };
  }
  const instead = (await hold(message, standing, pauses, services)) ?? (await admit(standing, manifest, services));
  if (instead) return instead;
  await markPartition(standing, services);
  await startExecution(manifest, run, 1, services);
  return isNew ? { kind: 'started', run } : { kind: 'duplicate', run };
};

/** Whether at pools others come before it. */
const canWait = (message: StartMessage, { lowTriggers = [] }: PipelineManifest): boolean => {
  if (message.kind === 'backfill') return true;
  if (message.kind === 'child') return message.priority === 'low';
  return lowTriggers.includes(triggerOf(message) ?? '');
};

/** True when the run that asks has ended meanwhile, or is further: nobody waits. Asked once the record of the run is there. */
const isOver = async ({ parent }: Extract<StartMessage, { kind: 'child' }>, { ledger }: Services): Promise<boolean> => {
  const { endedAt, generation = 1 } = (await ledger.runs.get(parent.pipeline, parent.run)) ?? {};
  return endedAt !== undefined || generation > parent.generation;
};

/** Undefined when it is another run's, which is gone. */
const storedInput = async (
  message: RunMessage,
  input: Json,
  { ledger }: Services,
): Promise<StoredPayload | undefined> => {
  if (message.kind === 'child') return message.input;
  if (message.kind === 'backfill' && message.input.kind === 'run')
    return (await ledger.runs.get(message.pipeline, message.input.run))?.input;
  return ledger.payloads.store(message.pipeline, input);
};

/** A run that cannot start now would be waited for in vain. */
const refuseParent = async (
  { pipeline, parent }: Extract<StartMessage, { kind: 'child' }>,
  reason: string,
  services: Services,
): Promise<void> => {
  const { token } = (await services.ledger.stages.get(parent)) ?? {};
  if (token) await fail(token, `${pipeline} cannot start: ${reason}`, services);
};

const resumed = (answer: Resumed): Outcome => {
  switch (answer.kind) {
    case 'resumed':
      return { kind: 'started', run: answer.run };
    case 'duplicate':
      return answer;
    case 'refused':
      return { kind: 'notStarted', reason: answer.reason };
  }
};
