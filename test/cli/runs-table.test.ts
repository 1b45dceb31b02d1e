import { expect, test } from '@jest/globals';
import { paintFor } from '../../lib/cli/paint.ts';
import type { RunView } from '../../lib/cli/run-view.ts';
import { runsTable } from '../../lib/cli/runs-table.ts';
import { testSetting } from './setting.ts';

const view: RunView = {
  run: {
    pipeline: 'orders',
    run: 'monday-0123456789ab',
    partition: 'monday',
    status: 'failed',
    trigger: { kind: 'schedule', identity: '1', detail: 'a test' },
    input: { kind: 'inline', json: '{}' },
    upstream: {},
    createdAt: '2026-11-24T11:59:00Z',
    endedAt: '2026-11-24T11:59:30Z',
    stages: { completed: 1, failed: 1 },
    deadLetters: 12,
  },
  stages: [],
  cost: 0.00123,
};
const now = Date.parse('2026-11-24T12:00:00Z');
const plain = paintFor(testSetting([]).setting);

test.each([
  [200, 'pipeline run partition status stages items dead took est. cost started trigger'],
  [120, 'pipeline run partition status stages items dead took est. cost started trigger'],
  [100, 'pipeline run status stages items dead took est. cost started'],
  [95, 'pipeline run status stages items dead took started'],
  [80, 'pipeline run status stages took started'],
  [40, 'pipeline run status stages took'],
])('in %d columns', (width, headings) => {
  const lines = runsTable([view], { now, width, paint: plain });
  expect(lines[0]?.replace(/ +/g, ' ')).toBe(headings);
  if (width >= 80) expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
});

const terminal = { isTerminal: true, width: 80, height: 24, write: () => undefined };
test.each([
  ['a terminal', terminal, {}, true],
  ['a terminal with NO_COLOR', terminal, { NO_COLOR: '1' }, false],
  ['a dumb terminal', terminal, { TERM: 'dumb' }, false],
  ['a pipe', { ...terminal, isTerminal: false }, {}, false],
])('colour on %s: %#', (_, stdout, environment, expected) => {
  const [, , row = ''] = runsTable([view], { now, width: 80, paint: paintFor({ stdout, environment }) });
  expect(row.startsWith('\u001b[31m')).toBe(expected);
  expect(row).toContain('failed');
});
