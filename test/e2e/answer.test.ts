// A question from the template to a person and back: the alerts topic tells, the command in the message answers.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import * as z from 'zod';
import { runProgram } from '../../lib/cli/index.ts';
import { Orchestrator } from '../../lib/constructs/index.ts';
import { definePipeline } from '../../lib/definition/index.ts';
import { type Engine, openEngine } from '../../lib/local/index.ts';
import { testSetting } from '../cli/setting.ts';

const release = definePipeline('release', { input: z.object({ version: z.string() }) }, (flow) =>
  flow.approve('ship', {
    prompt: 'Ship it?',
    show: { version: flow.input.version },
    answer: z.object({ approved: z.boolean() }),
    timeout: '1h',
  }),
);

const folder = mkdtempSync(join(tmpdir(), 'heddle-answer-'));
const ended = Promise.withResolvers<string>();
let engine: Engine;
beforeAll(async () => {
  const app = new App({ outdir: join(folder, 'cdk.out') });
  new Orchestrator(new Stack(app, 'Test'), 'Heddle', { pipelines: [release] });
  engine = await openEngine({
    assembly: app.synth().directory,
    stateDir: join(folder, 'state'),
    onEvent: ({ source, detail }) => {
      if (source === 'aws.states' && detail.status !== 'RUNNING') ended.resolve(String(detail.status));
    },
  });
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const heddle = async (...words: readonly string[]) => {
  const environment = {
    AWS_ENDPOINT_URL: engine.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  const { setting, stdout, stderr } = testSetting([release], { environment, now: Date.now });
  const code = await runProgram(words, setting);
  return { code, stdout: stdout(), stderr: stderr() };
};

/** The question as the alerts topic tells it, waited for. */
const alert = async (): Promise<string> => {
  const sqs = engine.service('sqs');
  const { QueueUrl } = await sqs.call('CreateQueue', { QueueName: 'inbox' });
  const { Parameter } = await engine.service('ssm').call('GetParameter', { Name: '/heddle/heddle' });
  const { alertsTopicArn } = JSON.parse((Parameter as { Value: string }).Value);
  await engine.service('sns').call('Subscribe', {
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

  expect(await ended.promise).toBe('SUCCEEDED');
  const { stdout } = await heddle('run', run, '--json');
  expect(JSON.parse(stdout)).toMatchObject({ status: 'completed', output: { approved: true } });
});
