// Whether a run that is recorded may start now.
import {
  type AdmissionPolicy,
  executionName,
  type PipelineManifest,
  type RunRecord,
  type StartMessage,
} from '../../records/index.ts';
import { openLettersAgain } from '../open-letters-again.ts';
import type { Outcome } from '../outcome.ts';
import { tellParent } from '../parent.ts';
import type { Services } from '../services.ts';
import { comeIn, goOut } from './pass.ts';
import { skipRun } from './skip.ts';

/**
 * Undefined when the run may start now; else what became of it instead. Nothing is read or written for a pipeline without
 * limits. A run that somebody asks to go on is never turned away: it waits.
 */
export const admit = async (
  { pipeline, run, generation = 1, backfill }: RunRecord,
  manifest: PipelineManifest,
  services: Services,
): Promise<Extract<Outcome, { kind: 'queued' | 'notStarted' }> | undefined> => {
  if (!manifest.admission) return undefined;
  // One of a backfill that a person lets go on is that person's.
  const givesWay = backfill !== undefined && generation === 1;
  const answer = await comeIn(manifest, executionName(run, generation), manifest.admission, services, givesWay);
  switch (answer.kind) {
    case 'go':
      return undefined;
    case 'queued':
      await services.ledger.runs.waits(pipeline, run, waitsFor(answer.ahead), generation);
      return { kind: 'queued', run };
    case 'full':
      await skipRun({ pipeline, run, generation }, answer.reason, services);
      return { kind: 'notStarted', reason: answer.reason };
  }
};

/** The policy for a run that a person lets go on. */
export const patient = (manifest: PipelineManifest): PipelineManifest => {
  const { admission } = manifest;
  if (!admission) return manifest;
  const waits: AdmissionPolicy = { ...admission, overlap: 'queue', maxQueued: Number.POSITIVE_INFINITY };
  return { ...manifest, admission: waits };
};

const waitsFor = (ahead: number): string =>
  ahead === 0 ? 'waits for a run of the pipeline to end' : `waits behind ${ahead} other${ahead === 1 ? '' : 's'}`;

/** A run that went through the gate has ended. */
export const ended = async (
  { pipeline, run, generation }: Extract<StartMessage, { kind: 'ended' }>,
  manifest: PipelineManifest,
  services: Services,
): Promise<Outcome> => {
  await goOut(manifest, executionName(run, generation), services);
  // A person cancelled it while it waited: no execution of its own could tell who waits for it, nor open again what it was to replay.
  const record = await services.ledger.runs.get(pipeline, run);
  if (record?.status !== 'cancelled') return { kind: 'settled', run };
  if (record.generation === generation && record.startedAt === undefined)
    await openLettersAgain({ pipeline, run, generation }, new Set(), services);
  await tellParent(record, services);
  return { kind: 'settled', run };
};
