// Commands that look at what runs: their logs, their questions, their end; at what all needs; and the words that a shell completes.
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { commands } from '../../lib/cli/index.ts';
import { cloudwatchlogsService } from '../../lib/local/services/cloudwatchlogs/index.ts';
import { stsService } from '../../lib/local/services/sts/index.ts';
import { openRecorded, type Recorded, runRecord } from './recorded.ts';

const now = Date.parse('2026-01-01T12:00:00.000Z');
let recorded: Recorded;

const log = async (stage: string, run: string, lines: readonly object[]): Promise<void> => {
  const logs = recorded.services.service('cloudwatchlogs');
  const logGroupName = `/aws/lambda/heddle-orders-${stage}`;
  const logEvents = lines.map((line, index) => ({
    timestamp: Date.parse('2026-01-01T10:00:00.000Z') + index * 1_000,
    message: JSON.stringify({ level: 'INFO', service: stage, pipeline: 'orders', run, stage, ...line }),
  }));
  await logs.call('WriteLogLines', { logGroupName, logStreamName: 's', logEvents });
};

beforeAll(async () => {
  recorded = await openRecorded({
    manifests: [{ pipeline: 'orders', stateMachineArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:none' }],
    make: [cloudwatchlogsService, stsService],
    now: () => now,
  });
  const { runs, stages, waits } = recorded.ledger;
  const times = { createdAt: '2026-01-01T10:00:00.000Z', startedAt: '2026-01-01T10:00:00.000Z' };
  await runs.create(runRecord('orders', 'r1', { ...times, status: 'failed', endedAt: '2026-01-01T10:01:00.000Z' }));
  await runs.create(runRecord('orders', 'r2', { ...times, status: 'pending', createdAt: '2026-01-01T10:30:00.000Z' }));
  for (const stage of ['read', 'scoreRound1', 'scoreRound2'])
    await stages.claim({ pipeline: 'orders', run: 'r1', stage }, 'a', '2026-01-01T10:00:00.000Z');
  await log('read', 'r1', [
    { message: 'read', rows: 3, requestId: 'x' },
    { level: 'ERROR', message: 'the attempt failed', error: { name: 'Error', message: 'no' } },
  ]);
  await log('read', 'other', [{ message: 'not this run' }]);
  await log('score', 'r1', [
    { message: 'first', stage: 'scoreRound1' },
    { message: 'second', stage: 'scoreRound2' },
  ]);
  await waits.open({ pipeline: 'orders', run: 'r2', stage: 'release' }, {
    now: '2026-01-01T11:00:00.000Z',
    until: '2026-01-02T11:00:00.000Z',
    token: 't',
    question: {
      prompt: 'Ship it?',
      shown: { kind: 'inline', json: '{"rows":3}' },
      schema: { type: 'object' },
      control: [],
    },
  } as never);
});
afterAll(() => recorded.close());

describe('logs', () => {
  test('of all stages of a run, in order; rounds share a function', async () => {
    expect((await recorded.heddle('logs', 'r1')).stdout).toBe(
      [
        '10:00:00.000  read  INFO   read {"rows":3}',
        '10:00:00.000  scoreRound1  INFO   first',
        '10:00:01.000  read  ERROR  the attempt failed: Error: no',
        '10:00:01.000  scoreRound2  INFO   second',
        '',
      ].join('\n'),
    );
  });

  test('of one stage, errors only, as objects, no more than asked for', async () => {
    const { stdout } = await recorded.heddle('logs', 'r1', '--stage', 'read', '--errors', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ stage: 'read', level: 'ERROR', fields: { error: { message: 'no' } } });
    expect(await recorded.heddle('logs', 'r1', '--limit', '1')).toMatchObject({
      stdout: '10:00:00.000  read  INFO   read {"rows":3}\n',
      stderr: expect.stringContaining('There are more lines than 1: '),
    });
    expect((await recorded.heddle('logs', 'r1', '--stage', 'scoreRound2')).stdout).toBe(
      '10:00:01.000  scoreRound2  INFO   second\n',
    );
  });

  test('a limit counts what is asked for alone', async () => {
    const { stdout, stderr } = await recorded.heddle('logs', 'r1', '--errors', '--limit', '1');
    expect([stdout, stderr]).toEqual(['10:00:01.000  read  ERROR  the attempt failed: Error: no\n', '']);
    expect((await recorded.heddle('logs', 'r1', '--errors', '--stage', 'scoreRound1')).stdout).toBe(
      'No warning and no error was logged by scoreRound1.\n',
    );
  });

  test('of a run that logged nothing; of a stage that there is not', async () => {
    expect((await recorded.heddle('logs', 'r2')).stdout).toBe('Nothing was logged.\n');
    expect(await recorded.heddle('logs', 'r1', '--stage', 'raed')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/HDL603 --stage is 'raed', .* one of read, .* did you mean read\?/),
    });
  });
});

test('approvals: what runs wait for, with what to look at', async () => {
  const { stdout, calls } = await recorded.heddle('approvals');
  expect(stdout).toMatch(/orders +r2 +release +Ship it\? +1 h ago +2026-01-02 11:00/);
  expect(calls.some(({ operation }) => operation === 'Scan')).toBe(false);
  expect(JSON.parse((await recorded.heddle('approvals', '--json')).stdout)).toMatchObject({
    pipeline: 'orders',
    run: 'r2',
    question: 'release',
    prompt: 'Ship it?',
    shown: { rows: 3 },
    answer: { type: 'object' },
  });
});

test('watch: a run that has ended is shown, and its end is the exit code', async () => {
  expect(await recorded.heddle('watch', 'r1')).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/orders +r1 .*failed/),
  });
  expect(await recorded.heddle('watch', '--pipeline', 'none')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^HDL606 there is no pipeline 'none'/),
  });
});

test('doctor: what is in order, what failed, what could not be checked', async () => {
  const { code, stdout } = await recorded.heddle('doctor', '--json');
  const checks = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(checks).toContainEqual({
    check: 'credentials',
    result: 'ok',
    detail: expect.stringContaining('arn:aws:iam::'),
  });
  expect(checks).toContainEqual({ check: 'ledger', result: 'ok', detail: 'the table ledger' });
  expect(checks).toContainEqual(
    expect.objectContaining({
      check: 'pipeline orders',
      result: 'FAILED',
      detail: expect.stringContaining('StateMachineDoesNotExist'),
    }),
  );
  expect(checks).toContainEqual(expect.objectContaining({ check: 'quotas of lambda', result: 'not checked' }));
  expect(code).toBe(3);
});

describe('completion', () => {
  const script = async (shell: string) => (await recorded.heddle('completion', shell)).stdout;

  test.each([
    [
      ['heddle', ''],
      ['validate', 'cost', 'dead-letters'],
    ],
    [
      ['heddle', 'dead-letters', ''],
      ['list', 'show', 'replay', 'discard'],
    ],
    [
      ['heddle', 'lineage', 'report/x', '--d'],
      ['--down', '--depth'],
    ],
    [['heddle', 'local', 'run', '--in'], ['--input']],
    [['heddle', 'start', 'orders', '--input', ''], ['']], // a file
  ])('bash: %j', async (words, expected) => {
    const typed = words.map((word) => `'${word}'`).join(' ');
    const ask = `COMP_WORDS=(${typed}); COMP_CWORD=${words.length - 1}; _heddle; echo "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', `${await script('bash')}\n${ask}`], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout.trim().split(' ')).toEqual(expect.arrayContaining(expected));
  });

  test('zsh and fish: every command and its options, described', async () => {
    const [zsh, fish] = [await script('zsh'), await script('fish')];
    for (const { words, says, options } of commands) {
      expect(zsh).toContain(`"${words}"|"${words} "*)`);
      expect(fish).toContain(says.replaceAll("'", `'\\''`));
      for (const name of Object.keys(options)) expect(fish).toContain(` -l ${name} `);
    }
    expect(await recorded.heddle('completion', 'tcsh')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('one of bash, zsh, fish'),
    });
  });
});
