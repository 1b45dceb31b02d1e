import { tellParent } from '../parent.ts';
import { isoTime, type Services } from '../services.ts';

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
