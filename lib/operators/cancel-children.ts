// A run whose execution was stopped, or died, waits no more for those that it asked for: they are cancelled.
import { isExpressArn, type RunRecord } from '../records/index.ts';
import { AwsCallError } from '../support/aws-call.ts';
import type { Services } from './services.ts';

type Settle = (
  run: { readonly pipeline: string; readonly run: string; readonly generation: number },
  end: { readonly status: 'cancelled'; readonly error: string; readonly cause: string },
  services: Services,
) => Promise<unknown>;

/**
 * Stops the runs that a run's stages waited for when it was ended; one that has not begun is settled by `settle`. AWS stops no Express
 * executions: those end by themselves, after 5 minutes at most. Call it after the run's own end is recorded, so that a run
 * which is asked for at this moment finds it. May be repeated.
 */
export const cancelChildren = async (
  { pipeline, run, generation = 1, status, endedAt, error, cause }: RunRecord,
  settle: Settle,
  services: Services,
): Promise<void> => {
  const { aws, ledger } = services;
  for (const record of await ledger.stages.list(pipeline, run)) {
    // A stage that was ended with its run has the run's end; one that gave up waiting has its own.
    const endedWithRun = record.endedAt === endedAt && record.error === error && record.cause === cause;
    if (!record.child || !endedWithRun) continue;
    const child = await ledger.runs.get(record.child.pipeline, record.child.run);
    if (!child || child.endedAt !== undefined || child.askedBy?.generation !== generation) continue;
    const end = { error: 'Heddle.Cancelled', cause: `${pipeline} ${run}, which waits for it, is ${status}` };
    const { executionArn } = child;
    if (executionArn === undefined)
      await settle(
        { pipeline: child.pipeline, run: child.run, generation: child.generation ?? 1 },
        { status: 'cancelled', ...end },
        services,
      );
    else if (!isExpressArn(executionArn)) await stop(executionArn, end);
  }

  async function stop(executionArn: string, end: { readonly error: string; readonly cause: string }) {
    try {
      await aws.call('states', 'StopExecution', { executionArn, ...end });
    } catch (error) {
      // It has ended long ago, and been forgotten.
      if (!(error instanceof AwsCallError && error.code === 'ExecutionDoesNotExist')) throw error;
    }
  }
};
