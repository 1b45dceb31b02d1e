// Messages that nobody can read, on a queue of the user and among a pipeline's dead letters: kept, shown, mended or discarded.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Duration } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import * as z from 'zod';
import { definePipeline, fromQueue } from '../../lib/definition/index.ts';
import { DeployedApp, until } from './deployed-app.ts';

const drop = z.object({ day: z.string() });
const drops = definePipeline(
  'drops',
  {
    input: drop,
    triggers: [
      fromQueue('drops-inbox', {
        detail: drop,
        input: (message) => ({ day: message.detail.day }),
        partition: (message) => message.detail.day,
      }),
    ],
  },
  (flow) => flow.wait('rest', { for: '1s' }),
);

const app = new DeployedApp(drops);
beforeAll(async () => {
  await app.open({
    beside: (stack) => {
      const dead = new Queue(stack, 'Dead', { queueName: 'drops-dead' });
      const visibilityTimeout = Duration.seconds(30); // as long as the function that takes from it
      const deadLetterQueue = { queue: dead, maxReceiveCount: 1 };
      new Queue(stack, 'Inbox', { queueName: 'drops-inbox', visibilityTimeout, deadLetterQueue });
    },
  });
  await sqs('SetQueueAttributes', 'drops-inbox', { Attributes: { VisibilityTimeout: '1' } });
});
afterAll(() => app.close());

const sqs = async (operation: string, queue: string, input: object = {}) => {
  const { QueueUrl } = await app.engine.service('sqs').call('GetQueueUrl', { QueueName: queue });
  return app.engine.service('sqs').call(operation, { QueueUrl, ...input });
};
const send = (queue: string, MessageBody: string) => sqs('SendMessage', queue, { MessageBody });
const count = async (queue: string): Promise<string> => {
  const { Attributes } = await sqs('GetQueueAttributes', queue, { AttributeNames: ['ApproximateNumberOfMessages'] });
  return (Attributes as { readonly ApproximateNumberOfMessages: string }).ApproximateNumberOfMessages;
};

const isDead = (queue: string, messages: string) => until(async () => (await count(queue)) === messages);
const listed = (says: RegExp) => app.saying(says, 'dead-letters', 'list');
const idIn = (stdout: string, line: RegExp): string =>
  stdout
    .split('\n')
    .find((each) => line.test(each))
    ?.split(' ')[0] ?? '';

test('a message that is not JSON is mended by hand, and starts its run', async () => {
  await send('drops-inbox', 'day: monday');
  const id = idIn(await listed(/HDL442/), /queue: drops-inbox: HDL442/);
  expect((await app.heddle('dead-letters', 'show', id)).stdout).toMatch(/queue +drops-inbox\n[\s\S]*day: monday/);
  await isDead('drops-dead', '1');
  const refused = await app.heddle('dead-letters', 'replay', id, '--go');
  expect(refused).toMatchObject({ code: 1, stdout: expect.stringMatching(/malformed, .* give --message with JSON/) });
  expect(await count('drops-dead')).toBe('1');

  const unfit = await app.heddle('dead-letters', 'replay', id, '--message', '{"day":1}', '--go');
  expect(unfit).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/--message breaks the contract of drops: day: /),
  });
  expect(await count('drops-dead')).toBe('1');

  const mended = await app.heddle('dead-letters', 'replay', id, '--message', '{"day":"monday"}', '--go');
  expect(mended).toMatchObject({ code: 0, stdout: expect.stringContaining('a mended message was sent in its place') });
  await app.saying(/monday .*completed/, 'runs', 'drops');
  expect(await count('drops-dead')).toBe('0');
  expect((await app.heddle('dead-letters', 'list')).stdout).toBe(
    'No dead letter in .\n'.replace('in .', `in ${app.engine.endpoint}.`),
  );
}, 60_000);

test('one that no run can be made of is sent to its queue again as it is, or discarded', async () => {
  await send('drops-inbox', '{"day":1}');
  const id = idIn(await listed(/HDL443/), /HDL443/);
  await isDead('drops-dead', '1');
  const again = await app.heddle('dead-letters', 'replay', id, '--go');
  expect(again).toMatchObject({ code: 1, stdout: expect.stringMatching(/failed again: .*HDL443/) });
  await isDead('drops-dead', '1');
  expect(await app.heddle('dead-letters', 'discard', id, '--because', 'a test', '--go')).toMatchObject({ code: 0 });
  expect(await count('drops-dead')).toBe('0');
}, 60_000);

test('one whose text is gone from the payload bucket is told as such, and can be discarded', async () => {
  await send('drops-inbox', `day: ${'x'.repeat(70_000)}`);
  const id = idIn(await listed(/HDL442/), /HDL442/);
  await isDead('drops-dead', '1');
  const [letter] = (await app.heddle('dead-letters', 'list', '--json')).stdout.split('\n');
  const { Parameter } = await app.engine.service('ssm').call('GetParameter', { Name: '/heddle/heddle' });
  const { payloadBucket: Bucket } = JSON.parse((Parameter as { Value: string }).Value);
  await app.engine.service('s3').call('DeleteObject', { Bucket, Key: JSON.parse(letter ?? '').message.key });
  const shown = await app.heddle('dead-letters', 'show', id);
  expect(shown).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^HDL653 what start\/\w+ failed on, .* is gone/),
  });
  const refused = await app.heddle('dead-letters', 'replay', id, '--go');
  expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('its message is gone') });
  expect(await count('drops-dead')).toBe('1');
  expect(await app.heddle('dead-letters', 'discard', id, '--because', 'a test', '--go')).toMatchObject({ code: 0 });
  expect(await count('drops-dead')).toBe('0');
}, 60_000);

test('what lies among the dead letters of a pipeline and names none is listed, and discarded', async () => {
  const queue = 'heddle-drops-dead-letters';
  await send(queue, 'nonsense');
  await send(queue, '{"pipeline":"drops","run":"nope","stage":"rest"}');
  const stdout = await listed(/HDL429/);
  expect(stdout).toMatch(/HDL432 the ledger has no dead letter nope\/rest of drops/);
  const refused = await app.heddle('dead-letters', 'replay', idIn(stdout, /HDL429/), '--go');
  expect(refused).toMatchObject({ code: 1, stdout: expect.stringMatching(/malformed/) });
  expect(await count(queue)).toBe('2');
  expect(await app.heddle('dead-letters', 'discard', '--because', 'a test', '--go')).toMatchObject({ code: 0 });
  expect(await count(queue)).toBe('0');
  expect((await app.heddle('dead-letters', 'list')).stdout).toMatch(/^No dead letter/);

  await send(queue, 'nonsense');
  expect(await listed(/HDL429/)).toContain('start/'); // another one, since then
  expect(await app.heddle('dead-letters', 'discard', '--because', 'a test', '--go')).toMatchObject({ code: 0 });
}, 60_000);
