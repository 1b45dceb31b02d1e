import { endedEntry, type RunRecord } from '../../records/index.ts';
import type { Outcome } from '../outcome.ts';
import { tellParent } from '../parent.ts';
import { isoTime, type Services } from '../services.ts';

/** Records a run that is not to start, with the reason, so that a person sees what was asked for. Again changes nothing. */
export const recordSkipped = async (
  record: RunRecord,
  reason: string,
  { ledger, operator: endedBy = 'dispatch' }: Services,
): Promise<Extract<Outcome, { kind: 'notStarted' | 'duplicate' }>> => {
  const end = { status: 'skipped', cause: reason, endedAt: record.createdAt, endedBy } as const;
  const isNew = await ledger.runs.create({ ...record, ...end });
  return isNew ? { kind: 'notStarted', reason } : { kind: 'duplicate', run: record.run };
};

/** Ends a run that has not begun as `skipped`, with the reason. One that has begun, or ended, stays as it is. */
export const skipRun = async (
  { pipeline, run, generation }: { readonly pipeline: string; readonly run: string; readonly generation: number },
  reason: string,
  services: Services,
): Promise<void> => {
  const { ledger, now, operator: endedBy = 'dispatch' } = services;
  const end = { endedAt: isoTime(now()), endedBy, cause: reason };
  // A repeat finds it skipped: the first may have died before it had told of it.
  const record = (await ledger.runs.skip(pipeline, run, end, generation)) ?? (await ledger.runs.get(pipeline, run));
  const entry = record?.status === 'skipped' ? endedEntry(record) : undefined;
  if (!record || !entry) return;
  await ledger.audit.record(pipeline, run, entry);
  await tellParent(record, services);
};
