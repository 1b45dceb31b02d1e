// The commands that look into a target, against services that speak the AWS protocols.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runProgram } from '../../lib/cli/index.ts';
import { manifestName, type OrchestratorManifest, type RunRecord, type StartMessage } from '../../lib/records/index.ts';
import { openServices, type TestServices } from '../services.ts';
import { orders, report } from './orders.ts';
import { testSetting } from './setting.ts';

const at = (minute: number, second = 0): string => new Date(Date.UTC(2026, 10, 24, 11, minute, second)).toISOString();

const record = (run: string, changes: Partial<RunRecord> = {}): RunRecord => ({
  pipeline: 'orders',
  run,
  partition: 'monday',
  status: 'completed',
  trigger: { kind: 'manual', identity: `asked ${run}`, detail: 'a test' },
  input: { kind: 'inline', json: '{"day":"monday"}' },
  upstream: {},
  createdAt: at(0),
  startedAt: at(0, 1),
  endedAt: at(0, 4),
  definitionHash: '0123456789ab',
  ...changes,
});

const stage = (name: string) => ({ pipeline: 'orders', run: 'monday-1', stage: name, spread: undefined });

let services: TestServices;
let endpoint = '';

beforeAll(async () => {
  services = await openServices();
  endpoint = new URL(services.queueUrl).origin;
  const manifest: OrchestratorManifest = {
    orchestrator: 'heddle',
    pipelines: ['orders', 'report'],
    table: 'ledger',
    payloadBucket: 'payloads',
    inboxBucket: 'inbox',
    startQueueUrl: services.queueUrl,
    startDeadLetterQueueUrl: `${services.queueUrl}-failed`,
    undeliveredQueueUrl: `${services.queueUrl}-undelivered`,
    eventBus: 'heddle',
    answerFunction: 'heddle-answer',
    alertsTopicArn: 'arn:aws:sns:us-east-1:123456789012:alerts',
  };
  const pipeline = (name: string, upstream: object) => ({
    pipeline: name,
    stateMachineArn: `arn:aws:states:us-east-1:123456789012:stateMachine:${name}`,
    definitionHash: '0123456789ab',
    upstream,
    stages: [],
    deadLetterQueueUrl: services.queueUrl,
  });
  const parameters = {
    [manifestName('heddle')]: manifest,
    [manifestName('heddle', 'orders')]: pipeline('orders', {}),
    [manifestName('heddle', 'report')]: pipeline('report', { orders: 'orders' }),
  };
  for (const [Name, value] of Object.entries(parameters))
    await services.service('ssm').call('PutParameter', { Name, Value: JSON.stringify(value), Type: 'String' });

  const { runs, stages } = services.ledger;
  await runs.create(
    record('monday-1', {
      stages: { completed: 1, failed: 1 },
      status: 'failed',
      deadLetters: 1,
      error: 'Heddle.RunFailed',
      cause: 'clean failed: Heddle.TooManyFailures: 1 of 2 items failed',
      output: { kind: 'object', fields: { day: { kind: 'ref', source: { kind: 'input' }, path: ['day'] } } },
    }),
  );
  await runs.create(
    record('tuesday-1', { partition: 'tuesday', createdAt: at(30), startedAt: at(30), endedAt: at(30, 30) }),
  );
  await stages.claim(stage('list'), 'owner', at(0, 1));
  const output = { kind: 'inline', json: '{"files":[]}' } as const;
  await stages.complete(stage('list'), 'owner', { endedAt: at(0, 2), durationMs: 1_000, output });
  await stages.open(stage('clean'), at(0, 2), 2);
  await stages.closeMap(stage('clean'), {
    status: 'failed',
    endedAt: at(0, 4),
    items: { total: 2, completed: 1, failed: 1 },
    error: 'Heddle.TooManyFailures',
    cause: '1 of 2 items failed',
  });
  await services.ledger.deadLetters.write(
    {
      ...stage('clean'),
      partition: 'monday',
      item: 1,
      error: 'Heddle.Permanent',
      cause: 'b.csv has\nno rows',
      attempts: 1,
      firstAt: at(0, 3),
      lastAt: at(0, 3),
      definitionHash: '0123456789ab',
    },
    services.queueUrl,
  );
  await services.aws.call('sqs', 'PurgeQueue', { QueueUrl: services.queueUrl });
});
afterAll(() => services.close());

const heddle = async (...words: readonly string[]) => {
  const { setting, stdout, stderr } = testSetting([orders, report], { environment: { AWS_ENDPOINT_URL: endpoint } });
  const exit = await runProgram(words, setting);
  return { exit, stdout: stdout(), stderr: stderr() };
};

describe('runs', () => {
  test('newest first, aligned', async () => {
    expect((await heddle('runs')).stdout).toBe(
      [
        'pipeline  run        partition  status     stages                 items  dead   took  est. cost  started   trigger',
        '────────  ─────────  ─────────  ─────────  ─────────────────────  ─────  ────  ─────  ─────────  ────────  ───────',
        'orders    tuesday-1  tuesday    completed  –                          –     0   30 s          –  30 m ago  manual',
        'orders    monday-1   monday     failed     1 completed, 1 failed      2     1  3.0 s          –  59 m ago  manual',
        '',
      ].join('\n'),
    );
  });
  test.each([
    [['orders', '--failed'], ['monday-1']],
    [['orders', '--limit', '1'], ['tuesday-1']],
    [['report'], []],
  ])('%j --json', async (words, expected) => {
    const { stdout } = await heddle('runs', ...words, '--json');
    const lines = stdout.split('\n').filter((line) => line !== '');
    expect(lines.map((line) => JSON.parse(line).run)).toEqual(expected);
  });
  test('no run yet', async () => {
    expect((await heddle('runs', 'report')).stdout).toBe(
      `No run yet in ${endpoint}. Start one: npx heddle start <pipeline>\n`,
    );
  });
  test('an unknown pipeline, an unknown orchestrator', async () => {
    expect((await heddle('runs', 'order')).stderr).toContain('Fix: did you mean orders?');
    expect(await heddle('runs', '--orchestrator', 'other')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining("has no orchestrator 'other' (no SSM parameter /heddle/other)"),
    });
  });
});

describe('run', () => {
  test('everything about one', async () => {
    const { exit, stdout } = await heddle('run', 'monday-1');
    expect(exit).toBe(0);
    expect(stdout).toBe(
      [
        'orders  monday-1',
        '  status      ✗ failed',
        '  partition   monday',
        '  trigger     manual: a test',
        '  started     2026-11-24 11:00:01 UTC (59 m ago)',
        '  took        3.0 s',
        '  stages      1 completed, 1 failed',
        '  definition  0123456789ab',
        '  cause       clean failed: Heddle.TooManyFailures: 1 of 2 items failed',
        '',
        'stage  status       attempts   took  items  failed  why',
        '─────  ───────────  ────────  ─────  ─────  ──────  ───────────────────────────────────────────',
        'list   ✓ completed         1  1.0 s      –       –',
        'clean  ✗ failed            1  2.0 s      2       1  Heddle.TooManyFailures: 1 of 2 items failed',
        '',
        'Dead letters: 1',
        'stage  of      attempts  error             cause',
        '─────  ──────  ────────  ────────────────  ─────────────────',
        'clean  item 1         1  Heddle.Permanent  b.csv has no rows',
        '',
        'when (UTC)           what   by      detail',
        '───────────────────  ─────  ──────  ─────────────────────────────────────────────────────────────────',
        '2026-11-24 11:00:00  asked  a test  manual: a test',
        '2026-11-24 11:00:04  ended  finish  failed: clean failed: Heddle.TooManyFailures: 1 of 2 items failed',
        '',
        'Output',
        '{',
        '  "day": "monday"',
        '}',
        '',
      ].join('\n'),
    );
  });
  test('--json: as one object', async () => {
    const { stdout } = await heddle('run', 'monday-1', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      run: 'monday-1',
      stages: { completed: 1, failed: 1 },
      stageRecords: [{ stage: 'list' }, { stage: 'clean', items: { total: 2 } }],
      letters: [{ stage: 'clean', item: 1 }],
      output: { day: 'monday' },
    });
    expect(stdout).not.toContain('"pk"');
  });
  test('an unknown id is answered with one that begins so', async () => {
    expect(await heddle('run', 'tues')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('Fix: did you mean tuesday-1?'),
    });
  });
});

describe('start', () => {
  /** Does what `dispatch` does with the next message: records the run. */
  const dispatchNext = async (status: RunRecord['status']): Promise<StartMessage> => {
    const { Messages } = await services.aws.call('sqs', 'ReceiveMessage', {
      QueueUrl: services.queueUrl,
      WaitTimeSeconds: 20,
    });
    const [{ Body, ReceiptHandle }] = Messages as [{ Body: string; ReceiptHandle: string }];
    await services.aws.call('sqs', 'DeleteMessage', { QueueUrl: services.queueUrl, ReceiptHandle });
    const message: StartMessage = JSON.parse(Body);
    if (message.kind !== 'manual') throw new Error('the message is not of a person');
    const { pipeline, id, partition = id, by } = message;
    const trigger = { kind: 'manual', identity: id, detail: by } as const;
    await services.ledger.runs.create(record(`${id}-run`, { pipeline, partition, trigger, status, createdAt: at(50) }));
    return message;
  };

  test.each([
    ['completed', 0],
    ['failed', 1],
  ] as const)('a run that %s ends with %d', async (status, exit) => {
    const [ended, message] = await Promise.all([
      heddle('start', 'orders', '--id', status, '--input', '{"day":"x"}', '--json'),
      dispatchNext(status),
    ]);
    expect(message).toMatchObject({ kind: 'manual', pipeline: 'orders', id: status, input: { day: 'x' } });
    expect(ended.exit).toBe(exit);
    expect(JSON.parse(ended.stdout)).toMatchObject({ run: `${status}-run`, status });
  });

  test('the same id again: nothing is sent', async () => {
    const again = await heddle('start', 'orders', '--id', 'completed', '--input', '{"day":"x"}', '--json');
    expect(again).toMatchObject({
      exit: 0,
      stderr: 'completed-run was asked for before, by this id: nothing runs again\n',
    });
    const { Messages } = await services.aws.call('sqs', 'ReceiveMessage', { QueueUrl: services.queueUrl });
    expect(Messages ?? []).toEqual([]);
  });

  test.each([
    [
      [],
      'HDL618 report reads what orders gave for its partition, but no partition was given; expected a partition for which every upstream is completed. Fix: name one with --partition, or start orders first: report follows by itself\n',
    ],
    [
      ['--partition', 'monday'],
      'HDL618 for partition monday, report reads from orders, which is without a run; expected a partition for which every upstream is completed. Fix: name one with --partition, or start orders first: report follows by itself\n',
    ],
  ])('an upstream that is not complete %j', async (words, stderr) => {
    expect(await heddle('start', 'report', ...words)).toEqual({ exit: 2, stdout: '', stderr });
  });
});

test('an endpoint that nobody listens on: exit 3', async () => {
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as AddressInfo; // a TCP server that listens has one
  closed.close();
  await once(closed, 'close');
  const environment = { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
  const { setting, stderr } = testSetting([orders], { environment });
  expect(await runProgram(['runs'], setting)).toBe(3);
  expect(stderr()).toMatch(/^HDL608 AWS cannot be reached: connect ECONNREFUSED 127\.0\.0\.1:\d+; expected an answer/);
});

test('what AWS refuses is told with its code: exit 3', async () => {
  await services.service('ssm').call('PutParameter', {
    Name: manifestName('torn'),
    Value: JSON.stringify({ pipelines: ['orders'], table: 'gone', payloadBucket: 'gone' }),
    Type: 'String',
  });
  expect(await heddle('runs', '--orchestrator', 'torn')).toMatchObject({
    exit: 3,
    stderr: expect.stringMatching(/^HDL608 AWS refused: dynamodb: ResourceNotFoundException: /),
  });
});
