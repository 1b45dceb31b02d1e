// Queues of their own for every test, in virtual time.
import { afterEach, beforeEach } from '@jest/globals';
import type { Shape } from '../../../lib/local/service.ts';
import { sqsService } from '../../../lib/local/services/sqs/index.ts';
import { virtualClock } from '../../../lib/local/virtual-clock.ts';
import { type Served, serve } from '../server/serve.ts';

export const START = Date.UTC(2026, 0, 1);
/** The services of the test that runs. */
export let served: Served;
export const open = async (dir?: string): Promise<void> => {
  served = await serve({ make: [sqsService], clock: virtualClock(START), ...(dir !== undefined && { dir }) });
};
/** Said once at the top of a file of tests. */
export const openForEach = (): void => {
  beforeEach(() => open());
  afterEach(() => served.close());
};

export const call = (operation: string, input: Shape) => served.call('sqs', operation, input);
export const create = async (QueueName: string, Attributes: Shape = {}): Promise<string> =>
  String((await call('CreateQueue', { QueueName, Attributes })).QueueUrl);
export const arnOf = (name: string) => `arn:aws:sqs:us-east-1:123456789012:${name}`;
export const redrive = (name: string, maxReceiveCount = 1) => ({
  RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf(name), maxReceiveCount }),
});

interface Received extends Shape {
  readonly MessageId: string;
  readonly Body: string;
  readonly ReceiptHandle: string;
  readonly Attributes: Readonly<Record<string, string>>;
}
export const receive = async (QueueUrl: string, more: Shape = {}): Promise<readonly Received[]> => {
  const ask = { QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'], ...more };
  const { Messages = [] } = await call('ReceiveMessage', ask);
  return Messages as readonly Received[]; // as the API gives them
};
export const bodies = async (QueueUrl: string, more: Shape = {}): Promise<readonly string[]> =>
  (await receive(QueueUrl, more)).map(({ Body }) => Body);
export const send = (QueueUrl: string, MessageBody: string, more: Shape = {}) =>
  call('SendMessage', { QueueUrl, MessageBody, ...more });
export const counts = async (QueueUrl: string) => {
  const { Attributes } = await call('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] });
  const { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: hidden } =
    Attributes as Readonly<Record<string, string>>; // as the API gives them
  return { visible, hidden };
};
