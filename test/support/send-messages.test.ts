// Many messages on their way to a queue, in batches that SQS takes.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sendMessages } from '../../lib/support/send-messages.ts';
import { openServices, type TestServices } from '../services.ts';

let services: TestServices;
beforeAll(async () => {
  services = await openServices();
});
afterAll(() => services.close());

test('batches are of ten messages, and of no more bytes together than SQS takes', async () => {
  const { aws, queueUrl } = services;
  // Of two bytes a letter: 300 KB each, so three of them, then eleven that are small.
  const sizes = [...Array(7).fill(150_000), ...Array(11).fill(1)];
  const messages = sizes.map((size: number, number) => ({ number, text: 'é'.repeat(size) }));
  await sendMessages(aws, queueUrl, messages);
  const taken: number[] = [];
  for (let found: readonly { readonly Body: string }[] = [{ Body: '' }]; found.length > 0; ) {
    const { Messages = [] } = await aws.call('sqs', 'ReceiveMessage', { QueueUrl: queueUrl, MaxNumberOfMessages: 10 });
    found = Messages as typeof found;
    taken.push(...found.map(({ Body }) => JSON.parse(Body).number));
  }
  expect(taken).toEqual(messages.map(({ number }) => number));
});

test('what is larger than any batch may be is refused by the queue, for that', async () => {
  const { aws, queueUrl } = services;
  const messages = [{ text: 'fits' }, { text: 'x'.repeat(1_100_000) }];
  await expect(sendMessages(aws, queueUrl, messages)).rejects.toThrow(/1048576 bytes/);
});
