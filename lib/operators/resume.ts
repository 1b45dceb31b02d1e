// A further execution of a run that has ended: what the order names is done again, all else gives its stored result.
import { takeOutClosed, withUndone } from '../ledger/index.ts';
import {
  isCompensating,
  letterName,
  type PipelineManifest,
  type ResumeOrder,
  type RunRecord,
  upstreamRunsOf,
} from '../records/index.ts';
import { PermanentError } from '../support/run-errors.ts';
import { admit, patient } from './admission/index.ts';
import { deadlineFrom, watchDeadline } from './deadline.ts';
import { markPartition } from './mark-partition.ts';
import { tellAgain } from './reconcile.ts';
import { isoTime, type Services } from './services.ts';
import { startExecution } from './start-execution.ts';

export type Resumed =
  | { readonly kind: 'resumed'; readonly run: string; readonly generation: number }
  | { readonly kind: 'duplicate'; readonly run: string }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Carries out an order. Asked again it does nothing more; found half done, whoever began it, it is done to the end. A run
 * that is under way, or further than the order thinks, refuses it. Throws PermanentError HDL407 for a run that there is not,
 * HDL448 for one whose input is gone. The messages of dead letters that it closes are taken off their queue, but for those (by `letterName`)
 * that are `taken` by whoever asks.
 */
export const resume = async (
  pipeline: string,
  run: string,
  wanted: ResumeOrder,
  manifest: PipelineManifest,
  services: Services,
  taken: ReadonlySet<string> = new Set(),
): Promise<Resumed> => {
  const { ledger } = services;
  const before = await ledger.runs.get(pipeline, run);
  if (!before)
    throw new PermanentError(
      `HDL407 there is no run ${run} of ${pipeline} to resume. Fix: take the id from heddle runs ${pipeline}`,
    );
  if (before.resume && before.status === 'pending') {
    await carryOut(before, before.resume, manifest, services, taken);
    if (before.resume.id === wanted.id) return { kind: 'resumed', run, generation: wanted.generation };
  }
  if (before.resume?.id === wanted.id) return { kind: 'duplicate', run };
  if (!(await ledger.payloads.exists(before.input)))
    throw new PermanentError(
      `HDL448 the input of the run ${run} of ${pipeline} is gone from the payload bucket. Fix: restore the object, or start a new run`,
    );
  const above = await underWayAbove(before, services);
  if (above !== undefined) return { kind: 'refused', reason: above };
  // Whoever asks: what was undone is not there any more.
  const [stages, undos] = await Promise.all([ledger.stages.list(pipeline, run), ledger.stages.listUndo(pipeline, run)]);
  const order = withUndone(wanted, stages, undos);
  // What is not told of its end by now, nobody could tell later.
  await tellAgain(before, services);
  const record = await ledger.runs.resume(pipeline, run, order, {
    at: isoTime(services.now()),
    ...(manifest.admission ? { gated: true } : {}),
    ...deadlineFrom(manifest, services.now()),
  });
  if (!record) {
    const { status, generation = 1, compensation } = (await ledger.runs.get(pipeline, run)) ?? before;
    const is = isCompensating({ compensation }) ? `${status} and being compensated` : status;
    return { kind: 'refused', reason: `the run ${run} is ${is}, in its execution ${generation}` };
  }
  await carryOut(record, order, manifest, services, taken);
  return { kind: 'resumed', run, generation: order.generation };
};

/** What a run above gives is not there while that one is done again itself. Its end asks for a new run of the pipeline anyway. */
const underWayAbove = async (reader: RunRecord, { ledger }: Services): Promise<string | undefined> => {
  for (const above of upstreamRunsOf(reader)) {
    const record = await ledger.runs.get(above.pipeline, above.run);
    if (record && record.endedAt === undefined)
      return `${reader.run} reads the run ${above.run} of ${above.pipeline}, which is ${record.status}`;
  }
  return undefined;
};

const carryOut = async (
  record: RunRecord,
  order: ResumeOrder,
  manifest: PipelineManifest,
  services: Services,
  taken: ReadonlySet<string>,
): Promise<void> => {
  const { ledger, now } = services;
  const { pipeline, run } = record;
  const at = isoTime(now());
  const closed = await ledger.redo(pipeline, run, order, at);
  // Before the execution, so that whoever dies here is made up for by whoever starts it.
  const waiting = closed.filter((letter) => !taken.has(letterName(letter)));
  await takeOutClosed(services.aws, ledger.deadLetters, manifest.deadLetterQueueUrl, waiting, order.generation);
  await ledger.audit.record(pipeline, run, {
    id: `resumed#${order.generation}`,
    at,
    by: order.by,
    what: 'resumed',
    detail: `${order.reason}${told(order)}`,
  });
  await watchDeadline(record, services);
  if (await admit(record, patient(manifest), services)) return;
  await markPartition(record, services);
  await startExecution(manifest, run, order.generation, services);
};

const told = ({ again, items }: ResumeOrder): string => {
  const parts = Object.entries(items).map(([stage, wanted]) =>
    wanted === 'failed'
      ? `failed items of ${stage}`
      : `items ${wanted.slice(0, 10).join(', ')}${wanted.length > 10 ? ', …' : ''} of ${stage}`,
  );
  const all = [...again, ...parts].join('; ');
  return all === '' ? '' : `: ${all}`;
};
