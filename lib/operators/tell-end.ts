// What is to hear of a run's end, once that is recorded: the partition, who compensates, the bus, who waits for the run, its gate.
import { endedEntry, type RunRecord, type StageRecord } from '../records/index.ts';
import { tellGate } from './admission/tell-gate.ts';
import { announce } from './announce.ts';
import { askForCompensation } from './compensate.ts';
import { markPartition } from './mark-partition.ts';
import { tellParent } from './parent.ts';
import type { Services } from './services.ts';
import { tellLineageOfEnd } from './tell-lineage.ts';

/**
 * Tells of the end of a run. The line in its history is the last, and says that all was told: while it is missing, whoever ended the
 * run may have died, and who comes next tells it all again.
 */
export const tellEnd = async (record: RunRecord, stages: readonly StageRecord[], services: Services): Promise<void> => {
  await markPartition(record, services);
  await askForCompensation(record, services);
  await tellLineageOfEnd(record, stages, services);
  await announce(record, services);
  await tellParent(record, services);
  await tellGate(record, services);
  const entry = endedEntry(record);
  if (entry) await services.ledger.audit.record(record.pipeline, record.run, entry);
};

/** Whether there is nothing to tell of a run's end: it has not ended, was skipped, which nobody waits for, or all was told. */
export const isTold = async (record: RunRecord, { ledger }: Services): Promise<boolean> => {
  const entry = endedEntry(record);
  return !entry || record.status === 'skipped' || ledger.audit.has(record.pipeline, record.run, entry.id);
};
