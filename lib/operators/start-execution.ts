import { executionName, type PipelineManifest } from '../records/index.ts';
import { AwsCallError } from '../support/aws-call.ts';
import { sendLook } from './look.ts';
import type { Services } from './services.ts';

/**
 * Starts a run's execution. Same name and same bytes of input: Step Functions starts a Standard one once, however often it is
 * asked. Of Express ones it starts as many as it is asked for; all but one find the run taken when they begin.
 */
export const startExecution = async (
  { pipeline, stateMachineArn, type }: Pick<PipelineManifest, 'pipeline' | 'stateMachineArn' | 'type'>,
  run: string,
  generation: number,
  services: Services,
): Promise<void> => {
  // First, so that a crash in between cannot leave an execution that nobody looks after.
  if (type === 'express') await sendLook({ pipeline, run, generation }, services);
  const name = executionName(run, generation);
  try {
    await services.aws.call('states', 'StartExecution', { stateMachineArn, name, input: JSON.stringify({ run }) });
  } catch (error) {
    if (!(error instanceof AwsCallError && error.code === 'ExecutionAlreadyExists')) throw error;
  }
};
