import { expect, test } from '@jest/globals';
import { criticalPath } from '../../lib/console/critical-path.ts';
import { withoutShortcuts } from '../../lib/console/stage-graph.ts';
import { spansOf } from '../../lib/console/timeline.ts';
import type { StageRecord } from '../../lib/records/index.ts';

const at = (seconds: number): string => new Date(seconds * 1_000).toISOString();
const stage = (name: string, from: number, to: number | undefined, more: Partial<StageRecord> = {}): StageRecord => ({
  stage: name,
  status: to === undefined ? 'running' : 'completed',
  attempts: 1,
  startedAt: at(from),
  ...(to === undefined ? {} : { endedAt: at(to) }),
  ...more,
});

test.each<[string, StageRecord, readonly string[]]>([
  ['not begun', { stage: 'a', status: 'pending', attempts: 0 }, []],
  ['one attempt', stage('a', 1, 3), ['tried 1 3']],
  ['queued before it', stage('a', 2, 3, { measured: { queuedMs: 1_000 } }), ['queued 1 2', 'tried 2 3']],
  ['under way', stage('a', 4, undefined), ['tried 4 9']],
  ['failed', stage('a', 1, 3, { status: 'failed' }), ['failed 1 3']],
  [
    'a failed attempt, a pause and a good one',
    stage('a', 1, 6, {
      attempts: 2,
      tries: [
        { at: at(1), ms: 1_000, error: 'Heddle.Transient' },
        { at: at(4), ms: 2_000 },
      ],
    }),
    ['between 2 4', 'failed 1 2', 'tried 4 6'],
  ],
  [
    'an attempt that was killed and one under way',
    stage('a', 1, undefined, { attempts: 2, tries: [{ at: at(1) }, { at: at(4) }] }),
    ['between 4 4', 'failed 1 4', 'tried 4 9'],
  ],
  ['a wait for a person', stage('a', 1, undefined, { status: 'waiting' }), ['waited 1 9']],
  ['a wait that is over', stage('a', 1, 3, { until: at(3) }), ['waited 1 3']],
])('bars of a stage: %s', (_, record, expected) => {
  expect(spansOf(record, 9_000).map(({ kind, from, to }) => `${kind} ${from / 1_000} ${to / 1_000}`)).toEqual(expected);
});

test.each<[string, readonly StageRecord[], { readonly [stage: string]: readonly string[] }, readonly string[]]>([
  ['nothing has begun', [{ stage: 'a', status: 'pending', attempts: 0 }], {}, []],
  ['a chain', [stage('a', 0, 1), stage('b', 1, 2)], { b: ['a'] }, ['b', 'a']],
  ['the later of two', [stage('a', 0, 5), stage('b', 0, 2), stage('c', 5, 6)], { c: ['b', 'a'] }, ['c', 'a']],
  ['what is under way ends last', [stage('a', 0, 5), stage('b', 0, undefined)], {}, ['b']],
  ['needs that were skipped do not count', [stage('a', 0, 1), stage('c', 1, 2)], { c: ['a', 'b'] }, ['c', 'a']],
  ['needs in a circle end', [stage('a', 0, 1), stage('b', 1, 2)], { a: ['b'], b: ['a'] }, ['b', 'a']],
])('critical path: %s', (_, stages, needs, expected) => {
  expect([...criticalPath(stages, new Map(Object.entries(needs)))]).toEqual(expected);
});

test.each([
  ['a b, b c, a c', 'a b, b c'],
  ['a b, a c', 'a b, a c'],
  ['a b, b c, c d, a d, a c', 'a b, b c, c d'],
])('arrows that say something: %s', (given, expected) => {
  const arrows = given.split(', ').map((arrow) => ({ from: arrow[0] ?? '', to: arrow[2] ?? '' }));
  expect(
    withoutShortcuts(arrows)
      .map(({ from, to }) => `${from} ${to}`)
      .join(', '),
  ).toBe(expected);
});
