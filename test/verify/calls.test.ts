// What an estimate says that a run calls, against what a run of the machine that ships calls, counted at the wire by kind of record.
import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { pipelines } from '../../bin/pipelines.ts';
import { type Call, callsOfLoad, compile, estimate } from '../../lib/asl/index.ts';
import { definePipeline, definePool, defineStage, type Pipeline } from '../../lib/definition/index.ts';
import { graphOf, poolsOf } from '../../lib/graph/index.ts';
import { openBench } from '../../lib/verify/bench.ts';
import { setupFor } from '../../lib/verify/cell.ts';
import { expectedOf } from '../../lib/verify/expected.ts';
import { watchFor } from '../../lib/verify/invocations.ts';
import { upstreamOf } from '../../lib/verify/matrix.ts';
import { bendsFor } from '../../lib/verify/steer.ts';
import { stubsFor } from '../../lib/verify/stubs.ts';
import { openBench as openFlow } from '../flow/bench.ts';

const real = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = real;
});

type Counts = { [kind: string]: number };
const add = (counts: Counts, kind: string, times: number): void => {
  if (times > 0) counts[kind] = (counts[kind] ?? 0) + times;
};

interface DynamoCall {
  readonly Key?: { readonly pk: { readonly S: string }; readonly sk: { readonly S: string } };
  readonly Item?: DynamoCall['Key'];
  readonly ExpressionAttributeValues?: { readonly [name: string]: { readonly S?: string } };
}

/** `run#…` with `stage#…` is a stage; what stands under a key of its own is named by that. */
const recordAt = (pk: string, sk: string): string => {
  const [first = '', second = ''] = [pk, sk].map((key) => key.split('#')[0]);
  return first === 'run' ? second : first;
};

const counting = (): Counts => {
  const counts: Counts = {};
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const [, operation = ''] = (request.headers.get('x-amz-target') ?? '').split('.');
    if (['PutItem', 'UpdateItem', 'GetItem', 'Query'].includes(operation)) {
      const { Key, Item, ExpressionAttributeValues: values } = (await request.clone().json()) as DynamoCall;
      const key = Key ?? Item;
      const [pk = '', sk = ''] = key ? [key.pk.S, key.sk.S] : [values?.[':pk']?.S, values?.[':prefix']?.S];
      add(counts, `${/Item/.test(operation) && operation !== 'GetItem' ? 'write' : 'read'} ${recordAt(pk, sk)}`, 1);
    }
    if (operation === 'SendMessage') add(counts, 'send', 1);
    if (operation === 'PutEvents') add(counts, 'tell', 1);
    return real(request);
  };
  return counts;
};

const estimatedOf = (calls: readonly Call[]): Counts => {
  const counts: Counts = {};
  for (const call of calls)
    add(counts, call.kind === 'write' || call.kind === 'read' ? `${call.kind} ${call.record}` : call.kind, call.times);
  return counts;
};

const only = (counts: Counts, kind: RegExp): Counts =>
  Object.fromEntries(Object.entries(counts).filter(([name]) => kind.test(name)));
const sum = (counts: Counts): number => Object.values(counts).reduce((total, times) => total + times, 0);

const latchesOf = (pipeline: Pipeline): number =>
  compile(graphOf(pipeline)).definition.split('dynamodb:updateItem.waitForTaskToken').length - 1;

const n = z.object({ n: z.number() });
const list = defineStage('list', { input: n, output: z.object({ items: z.array(n).min(3).max(3) }) });
const step = (name: string) => defineStage(name, { input: z.looseObject({}), output: n });

const slots = definePool('slots', { slots: 2 });
const paced = definePool('paced', { rate: { per: '1m', calls: 600 } });
const both = definePool('both', { slots: 2, rate: { per: '1s', calls: 5 } });

const shapes: readonly Pipeline[] = [
  definePipeline('pooled', { input: n }, (flow) => {
    const one = flow.task(step('one'), { n: flow.input.n }, { pool: slots });
    return flow.task(step('two'), { n: one.n, start: flow.input.n }, { pool: both });
  }),
  definePipeline('pacedMap', { input: n }, (flow) => {
    const listed = flow.task(list, { n: flow.input.n });
    const each = flow.map(step('each'), listed.items, (item) => ({ n: item.n }), {
      ...{ batch: 3, concurrency: 1, pool: both },
    });
    const more = flow.map(step('more'), listed.items, (item) => ({ n: item.n }), {
      ...{ batch: 1, concurrency: 1, pool: paced },
    });
    return flow.task(step('last'), { each: each.outputs, more: more.outputs });
  }),
  definePipeline('chain', { input: n }, (flow) => {
    const one = flow.task(step('one'), { n: flow.input.n });
    return flow.task(step('two'), { n: one.n, start: flow.input.n });
  }),
  definePipeline('fan', { input: n }, (flow) => {
    const listed = flow.task(list, { n: flow.input.n });
    const each = flow.map(step('each'), listed.items, (item) => ({ n: item.n }), { batch: 1 });
    return flow.task(step('last'), { all: each.outputs });
  }),
  definePipeline('crossed', { input: n }, (flow) => {
    const [a, b] = [flow.task(step('a'), { n: flow.input.n }), flow.task(step('b'), { n: flow.input.n })];
    flow.task(step('c'), { a: a.n });
    flow.task(step('d'), { a: a.n, b: b.n });
    return flow.task(step('e'), { b: b.n });
  }),
];

test.each([...pipelines, ...shapes].map((pipeline) => [pipeline.name, pipeline] as const))(
  'what a run of %s calls is what was estimated',
  async (_, pipeline) => {
    const graph = graphOf(pipeline);
    const upstream = await upstreamOf(pipeline, 1);
    // The dearer branch of the one choice.
    const bends = bendsFor(graph, { anyUnsure: 'then' });
    const stubs = stubsFor(pipeline, { given: {}, seed: 1, upstream, bends });
    const bench = await openBench(graph);
    try {
      await bench.giveUpstream(stubs.upstream);
      const expected = await expectedOf(graph, stubs, new Map());
      const counted = counting();
      const { status } = await bench.run('plain', setupFor(expected, watchFor(expected.faults)));
      globalThis.fetch = real;
      expect(status).toBe('SUCCEEDED');
      // A latch is waited for by the machine itself, of which nothing goes over the wire.
      add(counted, 'write latch', latchesOf(pipeline));
      const { calls, load } = estimate(graph, { items: 3 });
      const estimated = estimatedOf(calls);
      expect(estimatedOf(callsOfLoad(load))).toEqual(estimated);
      expect(only(estimated, /^(write (?!pool)|tell)/)).toEqual(only(counted, /^(write (?!pool)|tell)/));
      // A pool's first use makes it, and looks at it again; and who finds its time passed writes it anew.
      for (const kind of [/^write pool/, /^read pool/]) {
        const more = sum(only(counted, kind)) - sum(only(estimated, kind));
        expect(more).toBeGreaterThanOrEqual(poolsOf(pipeline).length);
        expect(more).toBeLessThanOrEqual(2 * poolsOf(pipeline).length);
      }
      const reads = [sum(only(counted, /^read (?!pool)/)), sum(only(estimated, /^read (?!pool)/))] as const;
      // What is read of upstreams is given as one value here, and lies where their stages stored it in an account.
      if (Object.keys(pipeline.upstream).length === 0) expect(reads[1]).toBe(reads[0]);
      else expect(reads[1]).toBeGreaterThanOrEqual(reads[0]);
    } finally {
      await bench.close();
    }
  },
);

test('where runs are limited, the gate is passed twice', async () => {
  const pipeline = definePipeline('limited', { input: n, overlap: 'queue', maxRuns: 2 }, (flow) =>
    flow.task(step('one'), { n: flow.input.n }),
  );
  const bench = await openFlow([pipeline]);
  const counted = counting();
  try {
    await bench.run('limited', { n: 1 });
  } finally {
    await bench.close(); // when all that was sent is delivered
  }
  const estimated = estimatedOf(estimate(graphOf(pipeline)).calls);
  // The start itself is asked for without a message.
  expect(only(estimated, /^(write|tell|send)/)).toEqual({
    ...only(counted, /^(write|tell)/),
    send: 1 + (counted.send ?? 0),
  });
});
