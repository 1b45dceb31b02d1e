import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { callsOfLoad, estimate, usageOfCalls } from '../../lib/asl/index.ts';
import { graphOf } from '../../lib/graph/index.ts';
import { dollarsOf } from '../../lib/records/index.ts';
import { costOf, metricsDollars, metricsIn } from '../../lib/simulate/cost.ts';
import { ledgerKeys } from '../../lib/simulate/ledger-keys.ts';
import { quotasOf } from '../../lib/simulate/quotas.ts';
import { type SampleOptions, samplePipeline } from '../../lib/simulate/sample.ts';
import { saturationOf } from '../../lib/simulate/saturation.ts';
import { type Outcome, type SimulationOptions, simulate, transitionSeconds } from '../../lib/simulate/simulation.ts';

const loadOf = (options: Partial<SampleOptions> = {}) => {
  const sample = { stages: 3, seconds: 1, batch: 25, concurrency: 10, limited: false, ...options };
  return estimate(graphOf(samplePipeline(sample))).load;
};
const all = quotasOf('us-east-1');
const run = (options: Partial<SimulationOptions> = {}): Outcome =>
  simulate({
    load: loadOf(),
    pipelines: 10,
    arrivals: { perDay: 86_400, shape: 'flat', peak: 1 },
    from: 0,
    until: 600,
    quotas: all,
    seed: 7,
    ...options,
  });
const useOf = ({ uses }: Outcome, name: string) => uses.find((use) => use.name === name);

describe('where nothing is in the way', () => {
  const outcome = run();
  test('all runs end, in the time that their states take', () => {
    const { asked, completed, failed, unaccounted, retries } = outcome;
    expect({ completed, failed, unaccounted, retries }).toEqual({
      completed: asked,
      failed: 0,
      unaccounted: 0,
      retries: 0,
    });
    expect(asked).toBeGreaterThan(500);
    // dispatch, begin, three stages, finish: and a pause before each of the states.
    const ideal = 0.1 + 0.1 + 3 + 0.1 + 5 * transitionSeconds;
    expect(Math.abs(outcome.duration.percentile(0.5) / ideal - 1)).toBeLessThan(0.03);
  });
  test('it enters as many states and writes as much as was estimated', () => {
    const { transitions } = usageOfCalls(callsOfLoad(loadOf()));
    expect(outcome.uses.filter(({ throttled }) => throttled > 0)).toEqual([]);
    // On average: the busiest second has more.
    expect(useOf(outcome, 'StateTransition')?.peak).toBeGreaterThanOrEqual(transitions);
  });
  test('the same seed gives the same, another one another', () => {
    expect(run().events).toBe(outcome.events);
    expect(run({ seed: 8 }).asked).not.toBe(outcome.asked);
  });
});

test('whatever is in the way, every run that is asked for is accounted for', () => {
  const rate = (most: number) => ({ most, bucket: most, unit: 'a second' as const, says: '' });
  const atOnce = (most: number) => ({ most, unit: 'at once' as const, says: '' });
  fc.assert(
    fc.property(
      fc.record({
        perDay: fc.integer({ min: 10_000, max: 1_000_000 }),
        starts: fc.integer({ min: 1, max: 50 }),
        states: fc.integer({ min: 20, max: 500 }),
        lambdas: fc.integer({ min: 6, max: 200 }),
        parameters: fc.integer({ min: 1, max: 40 }),
        items: fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined }),
        limited: fc.boolean(),
        lost: fc.constantFrom(0, 0.2),
        seed: fc.integer(),
      }),
      ({ perDay, starts, states, lambdas, parameters, items, limited, lost, seed }) => {
        const quotas = {
          ...all,
          StartExecution: rate(starts),
          StateTransition: rate(states),
          LambdaConcurrency: atOnce(lambdas),
          GetParameter: rate(parameters),
        };
        const arrivals = { perDay, shape: 'flat', peak: 1 } as const;
        const outcome = run({ arrivals, quotas, seed, lost, load: loadOf({ limited, items }), until: 60 });
        expect(outcome.unaccounted).toBe(0);
        expect(useOf(outcome, 'LambdaConcurrency')?.peak).toBeLessThanOrEqual(lambdas);
        expect(outcome.startDelay.count).toBe(outcome.completed + outcome.failed);
      },
    ),
    { numRuns: 25 },
  );
});

describe('the keys of the ledger', () => {
  test('which of them runs share is found from the keys themselves', () => {
    expect(ledgerKeys().families.map(({ name, isOfPipeline, parts }) => [name, isOfPipeline, parts.length])).toEqual([
      ['partition#<pipeline>', true, 1],
      ['gate#<pipeline>', true, 1],
      ['pool#pool#', false, 1],
      ['runs#<pipeline>', true, 1],
      ['open#0…7', false, 8],
      ['lost-starts', false, 1],
    ]);
  });

  const million = {
    pipelines: 1_000,
    until: 1_200,
    load: loadOf({ stages: 10, limited: true, pooled: 1 }),
    lost: 0.01,
  };
  test.each<[string, Partial<SimulationOptions>]>([
    [
      'at the busiest time of a day with three times the average',
      { arrivals: { perDay: 3e6, shape: 'flat', peak: 1 } },
    ],
    ['with four fifths of it of one pipeline', { arrivals: { perDay: 3e6, shape: 'flat', peak: 1 }, hottest: 0.8 }],
    [
      'with each hour’s runs in one minute, all of one pipeline',
      { arrivals: { perDay: 1e6, shape: 'burst', peak: 60 }, hottest: 1 },
    ],
  ])('at a million runs a day none is written 500 times a second: %s', (_, options) => {
    const outcome = run({ ...million, ...options });
    expect(outcome.unaccounted).toBe(0);
    expect(outcome.asked).toBeGreaterThan(40_000);
    expect(outcome.keys.filter(({ peak }) => peak > 500)).toEqual([]);
    expect(outcome.keys.filter(({ peak }) => peak > 0).length).toBeGreaterThanOrEqual(7);
    // Each run wrote four times under the pool's key, spread as the runs' ends are.
    const pool = outcome.keys.find(({ key }) => key.startsWith('pool#'));
    expect(pool?.peak).toBeGreaterThan((4 * outcome.asked) / million.until);
  });
});

test.each([
  [100_000, 1, 1_000],
  [1_000_000, 100, 250],
  [100_000, 10, 10_000],
])('nor in one run that maps over %d items, %d to a batch, %d batches at once', (items, batch, concurrency) => {
  const quotas = { ...all, LambdaConcurrency: { ...all.LambdaConcurrency, most: 20_000 } };
  const load = loadOf({ stages: 2, items, batch, concurrency });
  const outcome = run({ load, quotas, pipelines: 1, arrivals: { perDay: 864, shape: 'flat', peak: 1 }, until: 400 });
  expect(outcome.unaccounted).toBe(0);
  const own = outcome.keys.find(({ key }) => key.startsWith('run#'));
  expect(own?.peak).toBeGreaterThan(100);
  expect(own?.peak).toBeLessThanOrEqual(500);
});

describe('where it saturates', () => {
  const free = { most: 1e6, bucket: 1e6 };
  const roomy = { ...all, Consumers: { ...all.Consumers, most: 100 }, GetParameter: { ...all.GetParameter, ...free } };
  test.each([
    [
      'ten executions a second are 864,000 a day',
      { ...roomy, StartExecution: { ...all.StartExecution, most: 10, bucket: 10 } },
      'StartExecution',
      864_000,
    ],
    [
      'three stages of a second in thirty calls at once',
      { ...roomy, LambdaConcurrency: { ...all.LambdaConcurrency, most: 30 } },
      'LambdaConcurrency',
      86_400 * (30 / 3.3),
    ],
    [
      'five consumers at a tenth of a second each',
      { ...roomy, Consumers: { ...all.Consumers, most: 5 } },
      'Consumers',
      86_400 * 50,
    ],
  ])('%s', (_, quotas, name, perDay) => {
    const found = saturationOf({
      load: loadOf(),
      pipelines: 10,
      arrivals: { perDay: 100_000, shape: 'flat', peak: 1 },
      from: 0,
      until: 86_400,
      quotas,
      seed: 7,
    });
    expect(found.quota).toBe(name);
    // Chance brings calls together: what is at once is in the way before its average is.
    expect(found.runsPerDay / perDay).toBeGreaterThan(name === 'LambdaConcurrency' ? 0.2 : 0.85);
    expect(found.runsPerDay / perDay).toBeLessThan(1.1);
  });
});

describe('what a million runs cost', () => {
  test('is a thousand times what the estimate says of a thousand, and what CloudWatch takes', () => {
    const pipeline = samplePipeline({ stages: 10, seconds: 1, batch: 25, concurrency: 10, limited: false });
    const { load, happy } = estimate(graphOf(pipeline));
    const costs = costOf({ load, pipelines: 1_000, runsPerDay: 1e6, retriesPerRun: 0 });
    const of = (logsAndMetrics: boolean) =>
      costs
        .filter(({ service }) => service.startsWith('CloudWatch') === logsAndMetrics)
        .reduce((sum, { dollars }) => sum + dollars, 0);
    expect(of(false)).toBeCloseTo(1_000 * happy.dollars, 6);
    expect(of(false)).toBeCloseTo(1e6 * dollarsOf(usageOfCalls(callsOfLoad(load))), 6);
    // 34 metrics of each pipeline for a month of 30.4 days, and 13 calls of Lambdas a run.
    expect(metricsIn(load)).toBe(34);
    expect(of(true)).toBeCloseTo((3_000 + 24_000 * 0.1) / 30.4 + 13 * 1.2 * 0.5, 6);
  });
  test.each([
    [0, 0],
    [10_000, 3_000],
    [10_001, 3_000.1],
    [250_000, 27_000],
    [1_000_000, 64_500],
    [1_000_100, 64_502],
  ])('%d metrics are $%d a month', (count, dollars) => {
    expect(metricsDollars(count)).toBeCloseTo(dollars, 6);
  });
});
