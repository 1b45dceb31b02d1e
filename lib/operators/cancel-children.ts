// A run whose execution was stopped, or died, waits no more for those that it asked for: they are cancelled.
import { isExpressArn, type RunRecord, type StageRecord } from '../records/index.ts';
import { AwsCallError } from '../support/aws-call.ts';
import { errorNames } from '../support/error-names.ts';
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
  { pipeline, run, generation = 1, status }: RunRecord,
  stages: readonly StageRecord[],
  settle: Settle,
  services: Services,
): Promise<void> => {
  const { aws, ledger } = services;
  for (const { child: asked, status: is, error } of stages) {
    // One whose stage gave up waiting goes on.
    if (!asked || is === 'completed' || error === errorNames.timeout) continue;
    const child = await ledger.runs.get(asked.pipeline, asked.run);
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
