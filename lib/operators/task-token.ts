import type { Control } from '../records/index.ts';
import { AwsCallError } from '../support/aws-call.ts';
import { errorNames } from '../support/error-names.ts';
import type { Services } from './services.ts';

/** What the API says of a token whose task has ended: somebody was there first, or the task timed out. */
const stale = ['TaskTimedOut', 'TaskDoesNotExist'];

/** Fails the state that waits with a token. One that has gone on already is left alone. */
export const fail = (taskToken: string, cause: string, services: Pick<Services, 'aws'>): Promise<void> =>
  send('SendTaskFailure', { taskToken, error: errorNames.runFailed, cause: cause.slice(0, 30_000) }, services);

/** Lets the state go on that waits with a token. One that has gone on already is left alone. */
export const release = (taskToken: string, control: Control, services: Pick<Services, 'aws'>): Promise<void> =>
  answerWith(taskToken, { control }, services);

/** Lets the state go on that waits with a token, with an answer of its own form. One that has gone on already is left alone. */
export const answerWith = (taskToken: string, answer: object, services: Pick<Services, 'aws'>): Promise<void> =>
  send('SendTaskSuccess', { taskToken, output: JSON.stringify(answer) }, services);

const send = async (operation: string, input: object, { aws }: Pick<Services, 'aws'>): Promise<void> => {
  try {
    await aws.call('states', operation, input);
  } catch (error) {
    if (!(error instanceof AwsCallError && stale.includes(error.code))) throw error;
  }
};
