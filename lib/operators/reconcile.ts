// `reconcile`: settles the run of an execution that died before its `finish` could: stopped, timed out, or broken.
import { errorNames } from '../support/error-names.ts';
import { announce } from './announce.ts';
import { isoTime, type Services } from './services.ts';

/** The part of Step Functions' "Execution Status Change" event that matters here. */
export interface ExecutionEnded {
  readonly detail: {
    readonly stateMachineArn: string;
    readonly name: string;
    readonly status: 'FAILED' | 'TIMED_OUT' | 'ABORTED';
    readonly input?: string | null;
    readonly error?: string | null;
    readonly cause?: string | null;
  };
}

/** `prefix` is the orchestrator's: machines are named `<prefix><pipeline>`. True when there was something to settle. */
export const reconcile = async ({ detail }: ExecutionEnded, prefix: string, services: Services): Promise<boolean> => {
  const { ledger, now } = services;
  const machine = detail.stateMachineArn.split(':').at(-1) ?? '';
  if (!machine.startsWith(prefix)) return false;
  const pipeline = machine.slice(prefix.length);
  const endedAt = isoTime(now());
  const status = detail.status === 'ABORTED' ? 'cancelled' : 'failed';
  const record = await ledger.runs.end(pipeline, detail.name, {
    status,
    endedAt,
    error: detail.error ?? errorNames.runFailed,
    cause: detail.cause ?? `the execution ended as ${detail.status}`,
  });
  if (!record) return false; // `finish` was there first.
  await ledger.runs.markPartition(
    { pipeline, partition: record.partition, run: record.run, status, updatedAt: endedAt },
    record.createdAt,
  );
  await announce(record, services);
  return true;
};
