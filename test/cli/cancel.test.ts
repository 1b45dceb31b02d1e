// Which execution `heddle cancel` stops, and why it stops none.
import { expect, test } from '@jest/globals';
import { underWay } from '../../lib/cli/commands/cancel.ts';
import { manifestName, type RunRecord } from '../../lib/records/index.ts';
import { openRecorded, runRecord } from './recorded.ts';

const states = 'arn:aws:states:us-east-1:123456789012';
const run = (status: RunRecord['status'], extra: Partial<RunRecord> = {}): RunRecord => ({
  pipeline: 'orders',
  run: 'r1',
  partition: 'p',
  status,
  trigger: { kind: 'manual', identity: 'a', detail: 'ada' },
  input: { kind: 'inline', json: '{}' },
  upstream: {},
  createdAt: '2026-01-01T00:00:00.000Z',
  ...extra,
});
const waiting = JSON.stringify({ StartAt: 'a', States: { a: { Type: 'Wait', Seconds: 3_600, End: true } } });
const express = run('running', { executionArn: `${states}:express:heddle-orders:r1:0a1b` });

test('that of a run under way', () => {
  const executionArn = `${states}:execution:heddle-orders:r1`;
  expect(underWay(run('running', { executionArn }))).toBe(executionArn);
});

test.each([
  [
    'one that has not begun',
    run('pending'),
    'HDL656 the run r1 is pending; expected a run that is under way. Fix: wait until its execution has begun',
  ],
  [
    'an Express one',
    express,
    'HDL658 the run r1 is an Express execution; expected a Standard execution: AWS stops no others. Fix: wait for its end; AWS ends it 300 s after it began at the latest',
  ],
])('not %s', (_, record, message) => {
  expect(() => underWay(record)).toThrow(message);
});

test('what became of the jobs that AWS does not end is told', async () => {
  const recorded = await openRecorded({ manifests: [{ pipeline: 'orders' }] });
  try {
    const { ledger, services, heddle } = recorded;
    const stateMachine = { name: 'm', roleArn: 'arn:aws:iam::123456789012:role/x', definition: waiting };
    const { stateMachineArn } = await services.aws.call('states', 'CreateStateMachine', stateMachine);
    const { executionArn } = await services.aws.call('states', 'StartExecution', { stateMachineArn });
    const run = { status: 'running', executionArn: String(executionArn), generation: 2 } as const;
    await ledger.runs.create(runRecord('orders', 'r1', run));
    const line = { at: '2026-01-01T00:01:00.000Z', by: 'reconcile' };
    await ledger.audit.record('orders', 'r1', { ...line, id: 'jobLeft#infer#1', what: 'jobLeft', detail: 'of old' });
    await ledger.audit.record('orders', 'r1', { ...line, id: 'jobLeft#infer#2', what: 'jobLeft', detail: 'may go on' });
    await ledger.audit.record('orders', 'r1', { ...line, id: 'jobStopped#x#2', what: 'jobStopped', detail: 'stopped' });
    const end = { status: 'cancelled', endedAt: '2026-01-01T00:02:00.000Z' } as const;
    const cancelled = heddle('cancel', 'r1', '--go');
    const stopped = async () => (await services.aws.call('states', 'DescribeExecution', { executionArn })).status;
    while ((await stopped()) !== 'ABORTED');
    await ledger.runs.end('orders', 'r1', end, 2);
    const { code, stdout, stderr } = await cancelled;
    expect([code, stdout]).toEqual([0, 'orders r1 is cancelled.\n']);
    expect(stderr).toBe('may go on\nstopped\n');
  } finally {
    await recorded.close();
  }
});

test('who dies before the gate has heard of a run that was taken out of the queue leaves it to the sweep', async () => {
  const recorded = await openRecorded({ manifests: [{ pipeline: 'orders' }] });
  try {
    const { ledger, services, heddle } = recorded;
    const open = async () => (await ledger.openRuns.due('9', 10)).map(({ run }) => run);
    const told = async (run: string) => [await ledger.audit.has('orders', run, 'ended#1'), await open()];
    for (const run of ['r1', 'r2'])
      await ledger.runs.create(runRecord('orders', run, { status: 'pending', gated: true }));
    expect(await heddle('cancel', 'r1', '--go')).toMatchObject({ code: 3 }); // there is no start queue
    expect(await ledger.runs.get('orders', 'r1')).toMatchObject({ status: 'cancelled' });
    expect(await told('r1')).toEqual([false, expect.arrayContaining(['r1', 'r2'])]);
    const manifest = { orchestrator: 'heddle', pipelines: ['orders'], table: 'ledger', payloadBucket: 'payloads' };
    await services.aws.call('ssm', 'PutParameter', {
      Name: manifestName('heddle'),
      Value: JSON.stringify({ ...manifest, startQueueUrl: services.queueUrl }),
      Overwrite: true,
    });
    expect(await heddle('cancel', 'r2', '--go')).toMatchObject({ code: 0 });
    expect(await told('r2')).toEqual([true, ['r1']]);
  } finally {
    await recorded.close();
  }
});
