import { expect, test } from '@jest/globals';
import {
  type BatchOptions,
  batched,
  objectDropped,
  onRequest,
  schedule,
  type Trigger,
} from '../../lib/definition/index.ts';

const objects = objectDropped('drops/{partition}/*');
const daily: Trigger<unknown> = schedule('rate(1 day)', { input: {} });

test.each<[string, Trigger<unknown>, BatchOptions, string]>([
  ['a schedule', daily, { window: '5m' }, 'is of a schedule, whose times come one by one'],
  ['what is asked for over HTTP', onRequest(), { window: '5m' }, 'is of requests, each of which is told its run'],
  ['a window of days', objects, { window: '2d' }, 'has a window of 2d, which is not from 1s to 24h'],
  ['a window of no time', objects, { window: '1ms' }, 'has a window of 1ms, which is not from 1s to 24h'],
  [
    'a quiet as long as its window',
    objects,
    { window: '5m', quiet: '300s' },
    'is to be quiet for 300s, which is not from 1s to less than its window of 5m',
  ],
  [
    'a quiet of no time',
    objects,
    { window: '5m', quiet: '1ms' },
    'is to be quiet for 1ms, which is not from 1s to less than its window of 5m',
  ],
  ['nothing', objects, { window: '5m', count: 0 }, 'has a count of 0, which is no whole number from 1 to 1,000'],
  [
    'too much',
    objects,
    { window: '5m', count: 1_001 },
    'has a count of 1001, which is no whole number from 1 to 1,000',
  ],
  ['half a byte', objects, { window: '5m', bytes: 0.5 }, 'has 0.5 bytes, which is no whole number from 1'],
])('%s cannot be batched', (_, trigger, options, problem) => {
  expect(() => batched(trigger, options)).toThrow(
    `HDL160 batched: what is batched ${problem}. Fix: write one like batched(objectDropped('drops/{partition}/*'), { window: '5m', count: 500 })`,
  );
});

test('what can be says when a window closes', () => {
  expect(batched(objects, { window: '1s', count: 1, bytes: 1 })).toMatchObject({
    batch: { seconds: 1, count: 1, bytes: 1 },
  });
  expect(batched(objects, { quiet: '30s', window: '10m' })).toMatchObject({
    batch: { seconds: 600, quietSeconds: 30 },
  });
  expect(batched(objects, { window: '24h' })).toMatchObject({ batch: { seconds: 86_400, count: 1_000 } });
});
