import type { Json, StageRecord } from '../records/index.ts';
import type { Services } from './services.ts';

/** Writes the answer that a stage was given into the history of its run. Whoever comes by it may: it is written once. */
export const recordAnswer = async (
  { pipeline, run }: { readonly pipeline: string; readonly run: string },
  { stage, answered, output }: StageRecord,
  { ledger }: Services,
): Promise<void> => {
  if (!answered || !output) return;
  const value = (await ledger.payloads.load(output)) as Json; // it was stored as JSON
  await ledger.audit.record(pipeline, run, {
    id: `answered#${stage}#${answered.id}`,
    at: answered.at,
    by: answered.by,
    what: 'answered',
    detail: `${stage}: ${JSON.stringify(value).slice(0, 1_000)}`,
  });
};
