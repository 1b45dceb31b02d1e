// Dead letters that are done again: what the replay queue does not take stays where an alarm sees it.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { replayLetters } from '../../lib/ledger/index.ts';
import { virtualClock } from '../../lib/local/virtual-clock.ts';
import type { Aws } from '../../lib/support/aws-call.ts';
import { letter } from '../dead-letter.ts';
import { openServices, type TestServices } from '../services.ts';

let services: TestServices;
const deadLetterQueueUrl = () => services.queueUrl;
const letters = Array.from({ length: 12 }, (_, item) => ({ pipeline: 'orders', run: 'r', stage: 'clean', item }));
const counted = async (QueueUrl: string): Promise<number> => {
  const { Attributes } = await services.aws.call('sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] });
  return Number((Attributes as { readonly ApproximateNumberOfMessages: string }).ApproximateNumberOfMessages);
};

beforeAll(async () => {
  services = await openServices({ clock: virtualClock(Date.now()) });
  for (const letter of letters)
    await services.aws.call('sqs', 'SendMessage', {
      QueueUrl: deadLetterQueueUrl(),
      MessageBody: JSON.stringify(letter),
    });
});
afterAll(() => services.close());

const queue = async (QueueName: string, Attributes: object): Promise<string> =>
  String((await services.aws.call('sqs', 'CreateQueue', { QueueName, Attributes })).QueueUrl);

test('a queue that refuses one of a batch', async () => {
  const replayQueueUrl = await queue('small', { MaximumMessageSize: '1024' });
  const urls = { replayQueueUrl, deadLetterQueueUrl: deadLetterQueueUrl() };
  const replaying = replayLetters(services.aws, services.ledger, urls, letters, {
    by: 'me',
    because: 'x'.repeat(2_000),
  });
  await expect(replaying).rejects.toThrow(/small did not take a message: InvalidParameterValue .*1024 bytes/);
  expect(await counted(deadLetterQueueUrl())).toBe(12);
});

test('a queue that takes them all, in two batches', async () => {
  const replayQueueUrl = await queue('replay', {});
  const urls = { replayQueueUrl, deadLetterQueueUrl: deadLetterQueueUrl() };
  await replayLetters(services.aws, services.ledger, urls, letters, { by: 'me' });
  expect([await counted(replayQueueUrl), await counted(deadLetterQueueUrl())]).toEqual([12, 0]);
});

test('what fails again before its message is taken off keeps the message that tells of it', async () => {
  const { aws, ledger } = services;
  const urls = { replayQueueUrl: await queue('replay', {}), deadLetterQueueUrl: await queue('again', {}) };
  const first = letter('quick', 'clean');
  await ledger.deadLetters.write(first, urls.deadLetterQueueUrl);
  const failing: Aws = {
    ...aws,
    call: async (...call) => {
      const answer = await aws.call(...call);
      if (call[1] === 'SendMessageBatch')
        await ledger.deadLetters.write({ ...first, generation: 2 }, urls.deadLetterQueueUrl);
      return answer;
    },
  };
  await replayLetters(failing, ledger, urls, [first], { by: 'me' });
  const { Messages } = await aws.call('sqs', 'ReceiveMessage', { QueueUrl: urls.deadLetterQueueUrl });
  expect((Messages as readonly { readonly Body: string }[]).map(({ Body }) => JSON.parse(Body).generation)).toEqual([
    2,
  ]);
});
