// A question from the template to a person and back: the alerts topic tells, the command in the message answers.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline } from '../../lib/definition/index.ts';
import { DeployedApp } from './deployed-app.ts';

const release = definePipeline('release', { input: z.object({ version: z.string() }) }, (flow) =>
  flow.approve('ship', {
    prompt: 'Ship it?',
    show: { version: flow.input.version },
    answer: z.object({ approved: z.boolean() }),
    timeout: '1h',
  }),
);

const app = new DeployedApp(release);
beforeAll(() => app.open());
afterAll(() => app.close());
const { heddle } = app;

/** The question as the alerts topic tells it, waited for. */
const alert = async (): Promise<string> => {
  const sqs = app.engine.service('sqs');
  const { QueueUrl } = await sqs.call('CreateQueue', { QueueName: 'inbox' });
  const { Parameter } = await app.engine.service('ssm').call('GetParameter', { Name: '/heddle/heddle' });
  const { alertsTopicArn } = JSON.parse((Parameter as { Value: string }).Value);
  await app.engine.service('sns').call('Subscribe', {
    TopicArn: alertsTopicArn,
    Protocol: 'sqs',
    Endpoint: 'arn:aws:sqs:us-east-1:123456789012:inbox',
  });
  expect(await heddle('start', 'release', '--id', 'one', '--input', '{"version":"1.2"}', '--no-wait')).toMatchObject({
    code: 0,
  });
  for (;;) {
    const { Messages } = await sqs.call('ReceiveMessage', { QueueUrl, WaitTimeSeconds: 20 });
    const [message] = Messages as readonly { Body: string }[];
    const text: string = JSON.parse(message?.Body ?? '{}').Message;
    if (text.includes('heddle answer')) return text; // alarms come there too
  }
};

test('the message says what is asked and the command that answers it', async () => {
  const message = await alert();
  expect(message).toContain('Ship it? Asked by ship of the run one-');
  expect(message).toContain('where {…} holds approved: boolean. What to look at: ');
  const [, run = ''] = /heddle answer (\S+) ship --json '\{…\}'/.exec(message) ?? [];
  expect(await heddle('run', run)).toMatchObject({
    stdout: expect.stringMatching(/ship +… waiting .* Ship it\? \(until /),
  });

  const wrong = await heddle('answer', run, 'ship', '--json', '{"approved":"yes"}');
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('HDL422 the answer does not fit') });
  const right = await heddle('answer', run, 'ship', '--json', '{"approved":true}', '--by', 'ada');
  expect(right).toMatchObject({ code: 0, stdout: `ship of release ${run} is answered.\n` });
  const again = await heddle('answer', run, 'ship', '--json', '{"approved":false}');
  expect(again).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/HDL421 ship was answered before, at .* by ada/),
  });

  expect(await app.firstEnd).toBe('SUCCEEDED');
  const { stdout } = await heddle('run', run, '--json');
  expect(JSON.parse(stdout)).toMatchObject({ status: 'completed', output: { approved: true } });
});
