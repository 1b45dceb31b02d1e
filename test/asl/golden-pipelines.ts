// One pipeline for each feature of the compiler. The machines are in golden/, one file each, to be read in review.
import * as z from 'zod';
import {
  and,
  definePipeline,
  definePool,
  defineStage,
  eq,
  fromS3,
  gt,
  gte,
  listS3,
  lt,
  ne,
  type Pipeline,
} from '../../lib/definition/index.ts';
import { child, numbers, pipelineOf, stage } from './sample.ts';

const find = defineStage('find', { input: z.object({}), output: z.object({ key: z.string() }) });
const hungry = defineStage('hungry', { input: z.looseObject({}), output: numbers, retry: { moreMemoryMb: 2_048 } });
const called = defineStage('called', { input: z.object({ customer: z.number() }), output: numbers });
const undoing = defineStage('undoing', { input: z.object({ output: numbers }), output: z.object({}) });
const [first, second, third, fourth, each] = [
  stage('first'),
  stage('second'),
  stage('third'),
  stage('fourth'),
  stage('each'),
];

export const goldenPipelines: { readonly [feature: string]: Pipeline } = {
  sequence: pipelineOf((flow) => {
    const { n } = flow.task(first, { n: flow.input.n });
    return { n: flow.task(second, { n }).n };
  }),
  parallel: pipelineOf((flow) => {
    const one = flow.task(first, {});
    const other = flow.task(second, {});
    flow.task(third, { one: one.n, other: other.n });
  }),
  after: pipelineOf((flow) => flow.task(second, {}, { after: [flow.task(first, {})] })),
  map: pipelineOf((flow) => {
    const { list } = flow.task(first, {});
    const mapped = flow.map(each, list, (item) => ({ item }), { concurrency: 5, batch: 10, tolerate: { percent: 1 } });
    return { count: mapped.count };
  }),
  'map-after-a-map': pipelineOf((flow) => {
    const { outputs } = flow.map(each, flow.task(first, {}).list, (item) => ({ item }));
    flow.map(second, outputs, (item) => ({ n: item.n }));
  }),
  'maps-over-one-map': pipelineOf((flow) => {
    const { outputs } = flow.map(each, flow.task(first, {}).list, (item) => ({ item }));
    const one = flow.map(second, outputs, (item) => ({ n: item.n }));
    const other = flow.map(third, outputs, (item) => ({ n: item.n }));
    flow.task(fourth, { one: one.count, other: other.count });
  }),
  each: pipelineOf((flow) => {
    const { list } = flow.task(first, {});
    const given = flow.each(list, (item, one) => {
      const { n } = one.task(second, { item });
      const [a, b] = [one.task(third, { n }), one.task(fourth, { n })];
      return one.task(each, { item, a: a.n, b: b.n });
    });
    return { count: given.count };
  }),
  'latch-in-a-map': pipelineOf((flow) => {
    flow.each(
      flow.input.list,
      (item, one) => {
        const [a, b] = [one.task(first, { item }), one.task(second, { item })];
        one.task(third, { n: a.n });
        return one.task(fourth, { n: a.n, other: b.n });
      },
      { batch: 1, tolerate: { percent: 5 } },
    );
  }),
  'map-distributed': pipelineOf((flow) => {
    const { list } = flow.task(first, {});
    flow.map(each, list, (item) => ({ item }), { concurrency: 500, batch: 10, tolerate: { percent: 1 } });
  }),
  'map-over-a-file': pipelineOf((flow) => {
    const { key } = flow.task(find, {});
    const rows = fromS3({ bucket: 'inbox', key, format: 'csv', row: z.object({ text: z.string() }) });
    return { count: flow.map(each, rows, ({ text }) => ({ text }), { batch: 200, concurrency: 100 }).count };
  }),
  'map-over-lines': pipelineOf((flow) => {
    const rows = fromS3({ bucket: 'inbox', key: 'drop.jsonl', format: 'jsonl', row: z.object({ text: z.string() }) });
    return { count: flow.map(each, rows, ({ text }) => ({ text }), { batch: 200, batchBytes: 50_000 }).count };
  }),
  'map-over-an-inventory': pipelineOf((flow) => {
    const row = z.object({ Key: z.string() });
    const listed = fromS3({ bucket: { name: 'acme-inventories' }, key: 'manifest.json', format: 'inventory', row });
    return { count: flow.map(each, listed, ({ Key }) => ({ text: Key }), { batch: 200 }).count };
  }),
  'map-over-a-prefix': pipelineOf((flow) => {
    const { key } = flow.task(find, {});
    const row = z.object({ text: z.string() });
    const rows = fromS3({ bucket: 'inbox', prefix: key, format: 'csv', row });
    const files = listS3({ bucket: 'artifacts', prefix: 'artifacts/sample/' });
    return {
      rows: flow.map(each, rows, ({ text }) => ({ text })).count,
      files: flow.map(each, files, ({ Key }) => ({ text: Key }), { id: 'eachFile' }).count,
    };
  }),
  reduce: pipelineOf((flow) => {
    const rows = fromS3({ bucket: 'inbox', key: 'drop.csv', format: 'csv', row: z.object({ text: z.string() }) });
    const mapped = flow.map(each, rows, ({ text }) => ({ text }));
    const part = z.object({ n: z.number() });
    const sum = defineStage('sum', { input: z.object({ parts: z.array(part) }), output: part });
    return flow.reduce(sum, mapped, (one) => ({ n: one.n }), { empty: { n: 0 } });
  }),
  jobs: pipelineOf((flow) => {
    const { n } = flow.task(first, {});
    const queue = 'arn:aws:batch:eu-west-1:123456789012:job-queue/gpu';
    const trained = flow.service('train', {
      service: 'batch:submitJob.sync',
      arguments: { JobName: 'train', JobQueue: queue, JobDefinition: 'trainer', Parameters: { n } },
      resources: [queue],
      output: z.object({ JobId: z.string() }),
      timeout: '12h',
      retry: { attempts: 2 },
    });
    flow.service('infer', {
      service: 'bedrock:createModelInvocationJob.sync',
      arguments: { JobName: trained.JobId, ModelId: 'model' },
      resources: ['arn:aws:bedrock:eu-west-1::foundation-model/model'],
      passes: ['arn:aws:iam::123456789012:role/inference'],
    });
  }),
  express: definePipeline('sample', { input: z.object({}), type: 'express' }, (flow) => {
    flow.task(second, { n: flow.task(first, {}).n });
  }),
  repeat: pipelineOf((flow) => {
    const refined = flow.repeat(
      'refine',
      { initial: { n: flow.input.n }, until: ({ n }) => gte(n, 3), atMost: 3 },
      (state) => ({ n: flow.task(first, { n: state.n }).n }),
    );
    flow.task(second, { n: refined.state.n, rounds: refined.rounds });
  }),
  'failure-options': pipelineOf((flow) => {
    const { n } = flow.task(first, {}, { fallback: second });
    const value = { n: 0, list: [] };
    flow.choose(
      gt(flow.task(third, { n }, { onFailure: { value } }).n, 0),
      () => flow.map(each, [1, 2] as never, () => ({}), { onFailure: 'skip' }),
      () => null,
      { id: 'any' },
    );
  }),
  cache: pipelineOf((flow) => {
    const { list } = flow.task(first, {}, { cache: { for: '7d', version: '{% model %}' }, fallback: second });
    flow.map(each, list, () => ({}), { cache: true });
  }),
  'more-memory': pipelineOf((flow) => {
    const { list } = flow.task(hungry, {}, { fallback: second });
    flow.map(hungry, list, () => ({}), { id: 'all' });
  }),
  compensate: pipelineOf((flow) => {
    const { n } = flow.task(first, {}, { compensate: undoing, onCancel: 'compensate' });
    flow.task(second, { n }, { compensate: undoing });
  }),
  choose: pipelineOf((flow) => {
    const { n } = flow.task(first, {});
    const chosen = flow.choose(
      gt(n, 0),
      () => flow.task(second, { n }),
      () => ({ n: 0, list: [] }),
      { id: 'any' },
    );
    flow.task(third, { n: chosen.n });
  }),
  'choose-in-a-wave': pipelineOf((flow) => {
    const beside = flow.task(first, {});
    const chosen = flow.choose(
      eq(flow.input.n, 1),
      () => flow.task(second, {}).n,
      () => 0,
      { id: 'one' },
    );
    flow.task(third, { beside: beside.n, chosen });
  }),
  'choose-at-the-end-of-a-branch': pipelineOf((flow) => {
    const { n } = flow.task(first, {});
    flow.choose(
      gt(n, 0),
      () =>
        flow.choose(
          gt(n, 10),
          () => flow.task(second, { n }),
          () => null,
          { id: 'inner' },
        ),
      () => null,
      { id: 'outer' },
    );
  }),
  'map-over-an-upstream-list': pipelineOf((flow) =>
    flow.map(each, flow.upstream.before.list, (item) => ({ item, day: flow.run.partition })),
  ),
  wait: pipelineOf((flow) => {
    const cooled = flow.wait('coolDown', { for: '1h' }, { after: [flow.task(first, {})] });
    const { until } = flow.wait('opening', { until: '2026-01-31T09:00:00Z' });
    flow.task(second, { until }, { after: [cooled] });
  }),
  check: pipelineOf((flow) => {
    const { n } = flow.task(first, {});
    const enough = flow.check('enough', and(gte(n, 10), lt(n, flow.input.n)), { message: 'too few' });
    flow.check('odd', ne(n, 13), { severity: 'warn' });
    flow.task(second, { n }, { after: [enough] });
  }),
  approve: pipelineOf((flow) => {
    const { n } = flow.task(first, {});
    const answer = flow.approve('release', {
      prompt: 'Publish ${n}?',
      show: { n },
      answer: z.object({ approved: z.boolean() }),
      timeout: '3d',
      heartbeat: '1d',
      default: { approved: false },
    });
    flow.choose(
      eq(answer.approved, true),
      () => flow.task(second, { n }),
      () => null,
      { id: 'approved' },
    );
  }),
  run: pipelineOf((flow) => {
    const ran = flow.run(child, flow.input, { partition: 'one', timeout: '2h' });
    flow.map(each, ran.list, (item) => ({ item, of: ran.n }));
  }),
  service: pipelineOf((flow) => {
    const { n } = flow.task(first, {});
    const sent = flow.service('notify', {
      service: 'sqs:sendMessage',
      arguments: { QueueUrl: 'https://queue', MessageBody: { rows: n } },
      resources: ['arn:aws:sqs:eu-west-1:123456789012:done'],
      output: z.object({ MessageId: z.string() }),
    });
    flow.task(second, { id: sent.MessageId });
  }),
  pool: pipelineOf((flow) => {
    const rated = definePool('rated', { slots: 4, rate: { per: '1s', calls: 5 }, key: 'customer', priority: true });
    const { n, list } = flow.task(called, { customer: flow.input.n }, { pool: rated, fallback: second });
    flow.map(each, list, () => ({ n }), { pool: definePool('slots', { slots: 2 }) });
  }),
  'constants-that-look-like-code': pipelineOf((flow) =>
    flow.task(first, { jsonata: '{% $states %}', half: '50 %}', placeholder: '${AWS::Region}', plain: 'a {% b' }),
  ),
  latch: pipelineOf((flow) => {
    const [one, other] = [flow.task(first, {}), flow.task(second, {})];
    flow.task(third, { one: one.n, other: other.n });
    flow.task(fourth, { n: other.n });
  }),
  'control-value-behind-a-latch': pipelineOf((flow) => {
    const [one, other] = [flow.task(first, {}), flow.task(second, {})];
    flow.map(each, other.list, (item) => ({ item }), { after: [one] });
    flow.task(fourth, { n: other.n });
  }),
  'choice-behind-a-latch': pipelineOf((flow) => {
    const one = flow.task(first, {});
    const chosen = flow.choose(
      gt(flow.input.n, 0),
      () => flow.task(second, {}).n,
      () => 0,
      { id: 'any' },
    );
    flow.task(third, { one: one.n, chosen });
    flow.task(fourth, { chosen });
  }),
};
