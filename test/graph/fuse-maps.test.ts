// Which maps over the outputs of a map are joined with it.
import { expect, test } from '@jest/globals';
import type { Ref } from '../../lib/definition/index.ts';
import { fuseMaps, graphOf } from '../../lib/graph/index.ts';
import { type Numbers, pipelineOf, stage } from '../asl/sample.ts';

const [one, two, three] = [stage('one'), stage('two'), stage('three')];
const [other, last] = [stage('other'), stage('last')];
type Flow = Parameters<Parameters<typeof pipelineOf>[0]>[0];
type Item = Ref<Numbers>;
const n = (item: Item) => ({ n: item.n });
const first = (flow: Flow, options = {}) => flow.map(one, flow.input.list, (item) => ({ item }), options);

const cases: [string, (flow: Flow) => unknown, readonly string[]][] = [
  ['one over the other', (flow) => flow.map(two, first(flow).outputs, n), ['one+two']],
  ['three in a row', (flow) => flow.map(three, flow.map(two, first(flow).outputs, n).outputs, n), ['one+two+three']],
  [
    'who reads both waits for both anyway',
    (flow) => {
      const a = first(flow);
      flow.task(other, { a: a.count, b: flow.map(two, a.outputs, n).count });
    },
    ['one+two', 'other'],
  ],
  [
    'what both need is there before either',
    (flow) => {
      const before = flow.task(other, {});
      const a = first(flow, { after: [before] });
      flow.map(two, a.outputs, (item) => ({ n: item.n, with: before.n }));
    },
    ['other', 'one+two'],
  ],
  [
    'a reader of the first alone would wait',
    (flow) => {
      const a = first(flow);
      flow.map(two, a.outputs, n);
      flow.task(other, { a: a.count });
    },
    ['one', 'two', 'other'],
  ],
  [
    'the second needs more than the first had to wait for',
    (flow) => {
      const late = flow.task(other, {});
      flow.map(two, first(flow).outputs, (item) => ({ n: item.n, with: late.n }));
    },
    ['other', 'one', 'two'],
  ],
  [
    'the second reads the first as a whole',
    (flow) => {
      const a = first(flow);
      flow.map(two, a.outputs, (item) => ({ n: item.n, of: a.count }));
    },
    ['one', 'two'],
  ],
  ['more at once', (flow) => flow.map(two, first(flow).outputs, n, { concurrency: 11 }), ['one', 'two']],
  ['smaller batches', (flow) => flow.map(two, first(flow).outputs, n, { batch: 24 }), ['one', 'two']],
  [
    'larger batches, of which it gets less',
    (flow) => flow.map(two, first(flow).outputs, n, { batch: 26 }),
    ['one+two'],
  ],
  [
    'the first may give something else',
    (flow) => flow.map(two, first(flow, { onFailure: { value: [] } }).outputs, n),
    ['one', 'two'],
  ],
  [
    'two over the same: the first of them',
    (flow) => {
      const { outputs } = first(flow);
      flow.map(three, flow.map(two, outputs, n).outputs, n, { after: [flow.map(other, outputs, n)] });
    },
    ['one+two+other', 'three'],
  ],
  [
    'two over the same, read together',
    (flow) => {
      const { outputs } = first(flow);
      const [b, c] = [flow.map(two, outputs, n), flow.map(three, outputs, n)];
      flow.task(other, { b: b.count, c: c.count });
    },
    ['one+two+three', 'other'],
  ],
  [
    'two over the same, read apart: a reader of one would wait for the other',
    (flow) => {
      const { outputs } = first(flow);
      flow.task(other, { n: flow.map(two, outputs, n).count });
      flow.task(last, { n: flow.map(three, outputs, n).count });
    },
    ['one', 'two', 'other', 'three', 'last'],
  ],
  [
    'one of two, of which the other is read by itself',
    (flow) => {
      const { outputs } = first(flow);
      const b = flow.map(two, outputs, n);
      const c = flow.map(three, b.outputs, n);
      flow.task(other, { n: b.count });
      flow.task(last, { n: c.count });
    },
    ['one+two', 'three', 'other', 'last'],
  ],
  [
    'the stages of an each, whatever they read',
    (flow) => {
      const late = flow.task(other, {});
      flow.each(flow.input.list, (item, each) => {
        const a = each.task(one, { item });
        const b = each.task(two, { n: a.n, with: late.n });
        return each.task(three, { a: a.n, b: b.n });
      });
    },
    ['other', 'one+two+three'],
  ],
  [
    'a map over what an each gives',
    (flow) => {
      const given = flow.each(flow.input.list, (item, each) => each.task(two, { n: each.task(one, { item }).n }));
      flow.map(three, given.outputs, n);
    },
    ['one+two+three'],
  ],
  [
    'two eaches over the same list, apart',
    (flow) => {
      flow.each(flow.input.list, (item, each) => each.task(two, { n: each.task(one, { item }).n }));
      flow.each(flow.input.list, (item, each) => each.task(three, { item }));
    },
    ['one+two', 'three'],
  ],
];

test.each(cases)('%s', (_, body, joined) => {
  const { nodes } = fuseMaps(graphOf(pipelineOf(body)).root);
  expect(nodes.map(({ id, followers = [] }) => [id, ...followers.map((each) => each.id)].join('+'))).toEqual(joined);
});
