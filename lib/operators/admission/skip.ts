import type { RunRecord } from '../../records/index.ts';
import type { Outcome } from '../outcome.ts';
import { tellParent } from '../parent.ts';
import { isoTime, type Services } from '../services.ts';

/** Records a run that is not to start, with the reason, so that a person sees what was asked for. Again changes nothing. */
export const recordSkipped = async (
  record: RunRecord,
  reason: string,
  { ledger }: Services,
): Promise<Extract<Outcome, { kind: 'notStarted' | 'duplicate' }>> => {
  const isNew = await ledger.runs.create({ ...record, status: 'skipped', cause: reason, endedAt: record.createdAt });
  return isNew ? { kind: 'notStarted', reason } : { kind: 'duplicate', run: record.run };
};

/** Ends a run that has not begun as `skipped`, with the reason. One that has begun, or ended, stays as it is. */
export const skipRun = async (
  { pipeline, run, generation }: { readonly pipeline: string; readonly run: string; readonly generation: number },
  reason: string,
  services: Services,
): Promise<void> => {
  const { ledger, now } = services;
  const endedAt = isoTime(now());
  const skipped = await ledger.runs.skip(pipeline, run, { endedAt, cause: reason }, generation);
  if (!skipped) return;
  await ledger.audit.record(pipeline, run, {
    id: 'skipped',
    at: endedAt,
    by: 'dispatch',
    what: 'skipped',
    detail: reason,
  });
  await tellParent(skipped, services);
};
