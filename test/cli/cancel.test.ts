// Which execution `heddle cancel` stops, and why it stops none.
import { expect, test } from '@jest/globals';
import { underWay } from '../../lib/cli/commands/cancel.ts';
import type { RunRecord } from '../../lib/records/index.ts';

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
