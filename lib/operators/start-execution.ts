import { executionName } from '../records/index.ts';
import { AwsCallError } from '../support/aws-call.ts';
import type { Services } from './services.ts';

/** Starts a run's execution. Same name and same bytes of input: Step Functions starts it once, however often it is asked. */
export const startExecution = async (
  stateMachineArn: string,
  run: string,
  generation: number,
  { aws }: Services,
): Promise<void> => {
  const name = executionName(run, generation);
  try {
    await aws.call('states', 'StartExecution', { stateMachineArn, name, input: JSON.stringify({ run }) });
  } catch (error) {
    if (!(error instanceof AwsCallError && error.code === 'ExecutionAlreadyExists')) throw error;
  }
};
