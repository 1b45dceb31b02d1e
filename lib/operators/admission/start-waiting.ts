import type { PipelineManifest } from '../../records/index.ts';
import { markPartition } from '../mark-partition.ts';
import type { Services } from '../services.ts';
import { startExecution } from '../start-execution.ts';

/** Starts a run that waited. Its partition hears of it only now: a run that is never started is not its newest. */
export const startWaiting = async (
  manifest: PipelineManifest,
  run: string,
  generation: number,
  services: Services,
): Promise<void> => {
  const record = await services.ledger.runs.get(manifest.pipeline, run);
  if (record?.status !== 'pending') return; // it began already, or was cancelled while it waited
  await markPartition(record, services);
  await startExecution(manifest, run, generation, services);
};
