import type { Control } from '../records/index.ts';
import { AwsCallError } from '../support/aws-call.ts';
import type { Services } from './services.ts';

/** What the API says of a token whose task has ended: somebody was there first, or the task timed out. */
const stale = ['TaskTimedOut', 'TaskDoesNotExist'];

/** Lets the state go on that waits with a token. One that has gone on already is left alone. */
export const release = async (taskToken: string, control: Control, { aws }: Pick<Services, 'aws'>): Promise<void> => {
  try {
    await aws.call('states', 'SendTaskSuccess', { taskToken, output: JSON.stringify({ control }) });
  } catch (error) {
    if (!(error instanceof AwsCallError && stale.includes(error.code))) throw error;
  }
};
