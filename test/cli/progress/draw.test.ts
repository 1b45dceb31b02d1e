import { describe, expect, test } from '@jest/globals';
import { drawBlock, drawChanges, type RunState, type StageState } from '../../../lib/cli/progress/index.ts';

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, 0) + seconds * 1_000).toISOString();
const now = Date.parse(at(5));

const stateOf = (stages: readonly StageState[], ended?: 'completed' | 'failed'): RunState => ({
  run: {
    pipeline: 'orders',
    run: 'monday-1',
    partition: 'monday',
    status: ended ?? 'running',
    trigger: { kind: 'manual', identity: '1', detail: 'a test' },
    input: { kind: 'inline', json: '{}' },
    upstream: {},
    createdAt: at(0),
    startedAt: at(1),
    ...(ended ? { endedAt: at(5) } : {}),
  },
  stages,
});

const list: StageState = { id: 'list', status: 'completed', startedAt: at(1), endedAt: at(1.5) };
const clean: StageState = {
  id: 'clean',
  status: 'running',
  startedAt: at(3),
  items: { done: 500, failed: 0, total: 2_000 },
};
const publish: StageState = { id: 'publish', status: 'pending' };

describe('the block on a terminal', () => {
  test('a line for the run and one for each stage', () => {
    expect(drawBlock(stateOf([list, clean, publish]), { now, width: 100, height: 40 })).toEqual([
      '▸ orders monday-1  running  4.0 s',
      '  ✓ list         0.5 s',
      '  ▸ clean        2.0 s  500 of 2,000 items, 250/s, 6.0 s left',
      '  · publish',
    ]);
  });
  test('why a stage failed or was skipped', () => {
    const failed: StageState = { id: 'list', status: 'failed', startedAt: at(1), endedAt: at(2), why: 'no such file' };
    const skipped: StageState = { id: 'clean', status: 'skipped', endedAt: at(2), why: 'list is failed' };
    expect(drawBlock(stateOf([failed, skipped], 'failed'), { now, width: 100, height: 40 })).toEqual([
      '✗ orders monday-1  failed  4.0 s',
      '  ✗ list       1.0 s  no such file',
      '  – clean             list is failed',
    ]);
  });
  test('a cause of several lines is one line: the block is drawn over by their number', () => {
    const failed: StageState = {
      id: 'list',
      status: 'failed',
      startedAt: at(1),
      endedAt: at(2),
      why: 'no\n  such\u001b[2J file',
    };
    expect(drawBlock(stateOf([failed], 'failed'), { now, width: 100, height: 40 })[1]).toBe(
      '  ✗ list      1.0 s  no such [2J file',
    );
  });
  test('no line is as wide as the terminal', () => {
    const lines = drawBlock(stateOf([list, clean, publish]), { now, width: 30, height: 40 });
    expect(lines.every((line) => line.length < 30)).toBe(true);
    expect(lines[2]).toBe('  ▸ clean        2.0 s  500 …');
  });
  test('no more lines than the terminal has, the running stages among them', () => {
    const many = Array.from({ length: 60 }, (_, i): StageState => ({ ...list, id: `s${i}` }));
    const lines = drawBlock(stateOf([...many, clean, publish]), { now, width: 100, height: 10 });
    expect(lines).toHaveLength(10);
    expect(lines.join('\n')).toContain('▸ clean');
    expect(lines.at(-1)).toBe('  … and 54 more stages');
  });
});

describe('lines of what changed', () => {
  const begun = stateOf([{ ...list, status: 'pending' }, publish]);
  const changes: readonly (readonly [string, RunState | undefined, RunState, readonly string[]])[] = [
    ['the run begins', undefined, begun, ['orders: running']],
    ['nothing changed', stateOf([list]), stateOf([list]), []],
    ['a stage ended', begun, stateOf([list, publish]), ['orders.list: completed in 0.5 s']],
    [
      'a tenth of the items',
      stateOf([{ ...clean, items: { done: 399, failed: 0, total: 2_000 } }]),
      stateOf([clean]),
      ['orders.clean: running, 500 of 2,000 items, 250/s, 6.0 s left'],
    ],
    [
      'items that failed',
      undefined,
      stateOf([{ ...clean, items: { done: 1_900, failed: 3, total: 2_000 } }]),
      ['orders: running', 'orders.clean: running, 1,900 of 2,000 items, 3 failed, 950/s'],
    ],
    [
      'items of nobody knows how many',
      undefined,
      stateOf([{ ...clean, items: { done: 500, failed: 0 } }]),
      ['orders: running', 'orders.clean: running, 500 items, 250/s'],
    ],
    [
      'fewer items than a tenth',
      stateOf([{ ...clean, items: { done: 401, failed: 0, total: 2_000 } }]),
      stateOf([clean]),
      [],
    ],
    [
      'a failure and the end',
      stateOf([clean]),
      stateOf([{ ...clean, status: 'failed', endedAt: at(5), why: 'too many\nfailures' }], 'failed'),
      ['orders.clean: failed in 2.0 s, 500 of 2,000 items, too many failures', 'orders: failed in 4.0 s'],
    ],
  ];
  test.each(changes)('%s', (_, before, after, expected) => {
    expect(drawChanges(before, after, now)).toEqual(expected);
  });
});
