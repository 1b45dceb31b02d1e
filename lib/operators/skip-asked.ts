import { type PipelineManifest, runId } from '../records/index.ts';
import { recordSkipped } from './admission/index.ts';
import type { Outcome } from './outcome.ts';
import { type RunMessage, read, recordOf } from './run-request.ts';
import { isoTime, type Services } from './services.ts';

/** Records the run that a message asks for as skipped, where it is not known what that would have read. */
export const skipAsked = async (
  message: RunMessage,
  partition: string,
  reason: string,
  manifest: PipelineManifest,
  services: Services,
): Promise<Outcome> => {
  const { pipeline, kind } = message;
  const asked = read(message, manifest);
  const run = runId(partition, `${pipeline} ${partition} ${kind} ${asked.trigger.identity}`);
  const stored = await services.ledger.payloads.store(pipeline, asked.input);
  const record = recordOf(manifest, { ...asked, run, partition, upstream: {} }, stored, isoTime(services.now()));
  return recordSkipped(record, reason, services);
};
