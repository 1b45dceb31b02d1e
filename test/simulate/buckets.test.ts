import { describe, expect, test } from '@jest/globals';
import { nextArrival, randomFrom, rateAt, type Shape, usualPeak } from '../../lib/simulate/arrivals.ts';
import { Concurrency } from '../../lib/simulate/concurrency.ts';
import { EventQueue } from '../../lib/simulate/event-queue.ts';
import { Durations, KeyMeters, Meter } from '../../lib/simulate/meters.ts';
import { TokenBucket } from '../../lib/support/token-bucket.ts';

describe('a bucket of 3 that gets 2 a second', () => {
  type Step = readonly [at: number, count: number, taken: boolean];
  test.each<[string, readonly Step[]]>([
    [
      'gives what is saved up, and no more',
      [
        [0, 3, true],
        [0, 1, false],
      ],
    ],
    [
      'has one again after half a second',
      [
        [0, 3, true],
        [0.4, 1, false],
        [0.5, 1, true],
        [0.5, 1, false],
      ],
    ],
    [
      'never holds more than it can',
      [
        [0, 3, true],
        [100, 3, true],
        [100, 1, false],
      ],
    ],
    [
      'is not emptied by who does not get it',
      [
        [0, 4, false],
        [0, 3, true],
      ],
    ],
  ])('%s', (_, steps) => {
    const bucket = new TokenBucket(3, 2);
    for (const [at, count, taken] of steps) expect([at, bucket.take(at, count)]).toEqual([at, taken]);
  });

  test.each<[string, readonly (readonly [at: number, count: number, wait: number])[]]>([
    ['what is there is not waited for', [[0, 3, 0]]],
    [
      'each further one waits half a second longer',
      [
        [0, 3, 0],
        [0, 1, 0.5],
        [0, 1, 1],
        [1, 1, 0.5],
      ],
    ],
    [
      'who comes later has waited already',
      [
        [0, 5, 1],
        [1, 1, 0.5],
        [1.5, 1, 0.5],
      ],
    ],
  ])('reserved: %s', (_, steps) => {
    const bucket = new TokenBucket(3, 2);
    for (const [at, count, wait] of steps) {
      expect(bucket.waitFor(at, count)).toBeCloseTo(wait, 9);
      expect(bucket.reserve(at, count)).toBeCloseTo(wait, 9);
    }
  });
});

describe('Lambda, 3 calls at once and functions that grow by 2, then by 1 a second', () => {
  const lambda = () => new Concurrency(3, { bucket: 2, rate: 1 });
  test('the account is full before a function is', () => {
    const one = lambda();
    expect([one.take(0, 0), one.take(1, 0), one.take(2, 0), one.take(3, 0)]).toEqual([
      'taken',
      'taken',
      'taken',
      'concurrency',
    ]);
    one.release(1);
    expect([one.busy, one.take(3, 0)]).toEqual([2, 'taken']);
  });
  test('a function gets environments at its pace, and keeps those that it has', () => {
    const one = lambda();
    expect([one.take(0, 0), one.take(0, 0), one.take(0, 0), one.take(0, 1)]).toEqual([
      'taken',
      'taken',
      'scaling',
      'taken',
    ]);
    for (let n = 0; n < 3; n++) one.release(0);
    expect([one.take(0, 1), one.take(0, 1), one.take(0, 1)]).toEqual(['taken', 'taken', 'taken']);
  });
});

test('events come in the order of their times, however they were added', () => {
  const random = randomFrom(1);
  const queue = new EventQueue();
  const times = Array.from({ length: 5_000 }, () => Math.floor(random() * 1_000));
  for (const [place, time] of times.entries()) queue.add(time, 1, place, 2);
  const seen: number[] = [];
  const places = new Set<number>();
  while (queue.next()) {
    seen.push(queue.time);
    places.add(queue.place);
    expect([queue.kind, queue.note, times[queue.place]]).toEqual([1, 2, queue.time]);
  }
  expect(seen).toEqual([...times].sort((a, b) => a - b));
  expect(places.size).toBe(times.length);
});

describe('arrivals', () => {
  const shapes: readonly Shape[] = ['flat', 'office', 'burst'];
  test.each(shapes)('%s: the mean of the rate is 1, and its most is the peak', (shape) => {
    for (const peak of shape === 'flat' ? [1] : [usualPeak[shape], 2, 5]) {
      const rates = Array.from({ length: 86_400 }, (_, second) => rateAt({ shape, peak }, second));
      expect(rates.reduce((sum, rate) => sum + rate, 0) / rates.length).toBeCloseTo(1, 2);
      expect(Math.max(...rates)).toBeCloseTo(peak, 2);
      expect(Math.min(...rates)).toBeGreaterThanOrEqual(-1e-9);
    }
  });
  test.each(shapes)('%s: as many a day as were asked for, to a few in a hundred', (shape) => {
    const random = randomFrom(7);
    const options = { perDay: 20_000, shape, peak: usualPeak[shape] };
    let count = 0;
    let outside = 0;
    for (let at = nextArrival(options, 0, random); at < 86_400; at = nextArrival(options, at, random)) {
      count += 1;
      if (rateAt(options, at) === 0) outside += 1;
    }
    expect(Math.abs(count - 20_000)).toBeLessThan(600);
    expect(outside).toBe(0);
  });
});

describe('meters', () => {
  test('the busiest second, and when it was', () => {
    const meter = new Meter();
    expect([0.1, 0.9, 1, 1.5, 1.7, 2].map((at) => meter.add(at))).toEqual([1, 2, 1, 2, 3, 1]);
    expect(meter).toMatchObject({ total: 6, peak: 3, peakAt: 1 });
  });
  test('of keys, each its own', () => {
    const meters = new KeyMeters(2);
    expect([meters.add(0, 0, 2), meters.add(1, 0, 5), meters.add(0, 0.5, 2), meters.add(0, 1, 1)]).toEqual([
      2, 5, 4, 1,
    ]);
    expect([...meters.peaks]).toEqual([4, 5]);
  });
  test('percentiles, to two in a hundred', () => {
    const durations = new Durations();
    for (let n = 1; n <= 1_000; n++) durations.add(n / 10);
    for (const share of [0.5, 0.9, 0.99])
      expect(Math.abs(durations.percentile(share) / (100 * share) - 1)).toBeLessThan(0.025);
    expect([durations.percentile(1), durations.most, new Durations().percentile(0.5)]).toEqual([100, 100, 0]);
  });
});
