// Whether a pipeline may be Express: what it cannot have, a near miss of each, and the messages in full.
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { checkLimits, estimate } from '../../../lib/asl/index.ts';
import {
  definePipeline,
  defineStage,
  type Flow,
  formatDiagnostic,
  gt,
  type RetryOptions,
} from '../../../lib/definition/index.ts';
import { graphOf } from '../../../lib/graph/index.ts';
import { child, numbers as input, type Numbers, stage } from '../sample.ts';

type AnyFlow = Flow<Numbers, Record<never, never>>;

const found = (body: (flow: AnyFlow) => void, type: 'express' | 'standard' = 'express'): readonly string[] => {
  const graph = graphOf(definePipeline('quick', { input, type }, body as never));
  return checkLimits(graph, estimate(graph)).map(formatDiagnostic);
};
/** Of the retries all of these say the same: see below. */
const foundBeside = (...of: Parameters<typeof found>): readonly string[] =>
  found(...of).filter((message) => !message.startsWith('HDL238'));
const timed = (name: string, timeout: `${number}s`, duration?: `${number}s`) =>
  defineStage(name, {
    input: z.looseObject({}),
    output: z.object({ n: z.number() }),
    timeout,
    ...(duration ? { expect: { duration } } : {}),
  });

const asks = (flow: AnyFlow) => flow.approve('sign', { prompt: 'Sign?', answer: z.boolean(), timeout: '1m' });
const crossed = (flow: AnyFlow) => {
  const [a, b] = [flow.task(stage('a'), {}), flow.task(stage('b'), {})];
  flow.task(stage('onlyA'), { n: a.n });
  flow.task(stage('both'), { a: a.n, b: b.n });
};
const timeouts = (last: `${number}s`) => (flow: AnyFlow) => {
  const first = flow.task(timed('first', '200s'), {});
  flow.task(timed('beside', '290s'), {});
  flow.task(timed('second', last), { n: first.n });
};

const cases: [string, (flow: AnyFlow) => void, ...string[]][] = [
  [
    'stages, a choice, an inline map and a short wait',
    (flow) => {
      const { n } = flow.task(stage('one'), {});
      flow.choose(
        gt(n, 1),
        () => flow.map(stage('each'), flow.input.list, (item) => ({ item })).count,
        () => 0,
      );
      flow.wait('pause', { for: '30s' });
    },
  ],
  [
    'a question',
    asks,
    "HDL235 quick.sign: the pipeline is express, but this stage waits for a person's answer with a task token, and Express executions have none. Fix: leave type: 'express' out.",
  ],
  [
    'another pipeline',
    (flow) => flow.run(child, { n: 1 } as never, { timeout: '1m' }),
    "HDL235 quick.child: the pipeline is express, but this stage waits for another run with a task token, and Express executions have none. Fix: leave type: 'express' out.",
  ],
  [
    'a call whose end is waited for',
    (flow) =>
      flow.service('crunch', {
        service: 'glue:startJobRun.sync',
        arguments: { JobName: 'crunch' },
        resources: ['arn:aws:glue:eu-west-1:123456789012:job/crunch'],
      }),
    "HDL235 quick.crunch: the pipeline is express, but this stage waits for the end of what it calls, and Express executions only wait for the answer. Fix: call it without .sync, or leave type: 'express' out.",
    "HDL236 warning, quick.crunch: the pipeline is express, but a run whose stages go to their timeouts takes 86,400 s, and AWS ends an Express execution after 300 s. Fix: set shorter timeouts, or leave type: 'express' out.",
  ],
  [
    'a call whose answer is enough',
    (flow) =>
      flow.service('crunch', {
        service: 'glue:startJobRun',
        arguments: { JobName: 'crunch' },
        resources: ['arn:aws:glue:eu-west-1:123456789012:job/crunch'],
      }),
  ],
  [
    'a latch',
    crossed,
    "HDL235 quick.both: the pipeline is express, but this stage waits for a besides what it follows in its branch, which takes a task token, and Express executions have none. Fix: let it need all or none of those that run beside each other, or leave type: 'express' out.",
  ],
  [
    'a latch for each item',
    (flow) =>
      flow.each(flow.input.list, (item, one) => {
        const [a, b] = [one.task(stage('a'), { item }), one.task(stage('b'), { item })];
        one.task(stage('onlyA'), { n: a.n });
        return one.task(stage('both'), { a: a.n, b: b.n });
      }),
    "HDL235 quick.both: the pipeline is express, but this stage waits for a besides what it follows in its branch, which takes a task token, and Express executions have none. Fix: let it need all or none of those that run beside each other, or leave type: 'express' out.",
  ],
  [
    'a map in child executions',
    (flow) =>
      flow.map(stage('each'), flow.input.list, (item) => ({ item }), { concurrency: 41, expect: { items: 90 } }),
    "HDL235 quick.each: the pipeline is express, but this map (90 items in 4 batches) needs child executions, which Express executions cannot have. Fix: map over a list with concurrency 40 or less and larger batches, or leave type: 'express' out.",
  ],
  [
    'as many at once as an inline map runs',
    (flow) => flow.map(stage('each'), flow.input.list, (item) => ({ item }), { concurrency: 40 }),
  ],
  ['timeouts of 300 s on the longest path', timeouts('100s')],
  [
    'timeouts of more',
    timeouts('101s'),
    "HDL236 warning, quick.first: the pipeline is express, but a run whose stages go to their timeouts takes 301 s, and AWS ends an Express execution after 300 s. Fix: set shorter timeouts, or leave type: 'express' out.",
  ],
  [
    'a wait of 240 s and a stage to its timeout of 60 s',
    (flow) => {
      flow.task(stage('one'), {}, { after: [flow.wait('pause', { for: '240s' })] });
    },
  ],
  [
    'waits and expected durations of more than 300 s',
    (flow) => {
      const waited = flow.wait('pause', { for: '240s' });
      flow.task(timed('one', '100s', '61s'), {}, { after: [waited] });
    },
    "HDL236 quick.pause: the pipeline is express, but a run is expected to take 301 s, and AWS ends an Express execution after 300 s. Fix: leave type: 'express' out.",
  ],
  [
    'that on one branch of two only',
    (flow) => {
      const { n } = flow.task(timed('one', '10s'), {});
      flow.choose(
        gt(n, 1),
        () => flow.wait('pause', { for: '10m' }).until,
        () => 'now',
      );
    },
    "HDL236 warning, quick.pause: the pipeline is express, but a run whose stages go to their timeouts takes 610 s, and AWS ends an Express execution after 300 s. Fix: set shorter timeouts, or leave type: 'express' out.",
  ],
];

test.each(cases)('%s', (_, body, ...messages) => {
  expect(foundBeside(body)).toEqual(messages);
});

test.each([
  ['a question', asks],
  ['a latch', crossed],
  ['timeouts', timeouts('101s')],
])('a standard pipeline may have %s', (_, body) => {
  expect(found(body as (flow: AnyFlow) => void, 'standard')).toEqual([]);
});

test('an Express run is priced by its execution and its time, and has no history', () => {
  const of = (type: 'express' | 'standard') =>
    estimate(graphOf(definePipeline('quick', { input, type }, (flow) => flow.task(timed('one', '10s', '2s'), {}))));
  const [express, standard] = [of('express'), of('standard')];
  expect(express.happy).toMatchObject({ transitions: 0, events: 0 });
  // Three transitions less; an execution, 64 MB for 2.2 s, and the look at it more.
  const saved = standard.happy.dollars - express.happy.dollars;
  const execution = 0.001 + 1_000 * (64 / 1_024) * 2.2 * 0.00001667;
  const look = 1_000 * (3 * 0.4e-6 + 0.2e-6 + 0.5 * 0.1 * 0.0000133334 + 0.125e-6);
  expect(saved).toBeCloseTo(0.075 - execution - look, 6);
  expect(express.limits.map(({ limit }) => limit)).toEqual(['definition bytes', 'payload bytes']);
});

const retried = (name: string, retry: RetryOptions) =>
  defineStage(name, { input: z.looseObject({}), output: z.object({ n: z.number() }), timeout: '10s', retry });
const few = { throttled: { attempts: 6 } }; // 155 s of pauses

test.each<[string, (flow: AnyFlow) => void, ...string[]]>([
  ['ladders that fit', (flow) => flow.task(retried('one', few), {})],
  [
    'those that stages have by default',
    (flow) => [flow.task(stage('one'), {}), flow.task(retried('two', few), {}), flow.task(stage('three'), {})],
    "HDL238 warning, quick.one: the pipeline is express, but the pauses between the 9 attempts after throttling come to up to 915 s, and AWS ends an Express execution after 300 s; so do those of three. Fix: allow fewer, as in retry: { throttled: { attempts: 5 } }, or leave type: 'express' out.",
  ],
  [
    'one of a fallback, for transient errors',
    (flow) => {
      const slow = retried('slow', { ...few, attempts: 4, intervalSeconds: 120, capSeconds: 120 });
      flow.task(retried('one', few), {}, { fallback: slow });
    },
    "HDL238 warning, quick.one: the pipeline is express, but the pauses between the 4 attempts come to up to 360 s, and AWS ends an Express execution after 300 s. Fix: allow fewer, as in retry: { attempts: 2 }, or leave type: 'express' out.",
  ],
])('retries of an express pipeline: %s', (_, body, ...messages) => {
  expect(found(body)).toEqual(messages);
  expect(found(body, 'standard')).toEqual([]);
});
