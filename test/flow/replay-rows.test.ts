// A map over JSON lines that Step Functions could not read or hand on, in the run's later executions.
import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, defineStage, fromS3, gt, type Pipeline } from '../../lib/definition/index.ts';
import { PermanentError } from '../../lib/runtime/index.ts';
import { type Bench, type EndedRun, type Handlers, openBench } from './bench.ts';

let bench: Bench;
afterEach(() => bench.close());

const one = z.object({ n: z.number() });
const double = defineStage('double', { input: one, output: one, retry: { attempts: 1 } });
const half = defineStage('half', { input: one, output: one, retry: { attempts: 1 } });
const large = JSON.stringify({ n: 2, text: 'x'.repeat(300_000) });
const jsonl = (...lines: readonly string[]) => Buffer.from(`${lines.join('\n')}\n`);
const openLines = async (pipeline: Pipeline, handlers: Handlers) => {
  bench = await openBench([pipeline], handlers);
  const s3 = bench.local.service('s3');
  await s3.call('CreateBucket', { Bucket: 'inbox' });
  return (...lines: readonly string[]) =>
    s3.call('PutObject', { Bucket: 'inbox', Key: 'n.jsonl', Body: jsonl(...lines) });
};
const doubling = definePipeline('lines', { input: z.object({}) }, (flow) => {
  const rows = fromS3({ bucket: 'inbox', key: 'n.jsonl', format: 'jsonl', row: one });
  return flow.map(double, rows, ({ n }) => ({ n }), { batch: 2, tolerate: { count: 2 } }).count;
});
const lines = ['{"n":0}', '{"n":1}', large, '{"n":3}'];
const failing = new Set<number>();
const worked: number[] = [];
const handlers: Handlers = {
  double: ({ n }: { readonly n: number }) => {
    if (failing.has(n)) throw new PermanentError('not now');
    worked.push(n);
    return { n: 2 * n };
  },
};
const itemsOf = ({ stages }: EndedRun) => [stages.double?.status, stages.double?.items];

test('an item of JSON lines of which one is too large is done again over the copy that its batch was of, whatever has become of the file', async () => {
  failing.add(3);
  const put = await openLines(doubling, handlers);
  await put(...lines);
  const first = await bench.run('lines');
  expect(itemsOf(first)).toEqual(['completed', { total: 4, completed: 2, failed: 2 }]);
  failing.clear();
  worked.length = 0;
  await put('{"n":7}');
  const second = await bench.resume(first.run, { again: [], below: [], items: { double: [3] } });
  expect(worked).toEqual([3]);
  expect(itemsOf(second)).toEqual(['completed', { total: 4, completed: 3, failed: 1 }]);
});

test('a line that was no JSON, and is corrected, is done again from the file: no copy of it is kept', async () => {
  const put = await openLines(doubling, handlers);
  await put('{"n":0}', '{"n":1}', 'no', '{"n":3}');
  const first = await bench.run('lines');
  expect(itemsOf(first)).toEqual(['completed', { total: 4, completed: 3, failed: 1 }]);
  worked.length = 0;
  await put('{"n":0}', '{"n":1}', '{"n":2}', '{"n":3}');
  const second = await bench.resume(first.run, { again: [], below: [], items: { double: [2] } });
  expect(worked).toEqual([2]);
  expect(itemsOf(second)).toEqual(['completed', { total: 4, completed: 4, failed: 0 }]);
});

test('a map over JSON lines of which one is too large is done again as a whole over what the file then is', async () => {
  const put = await openLines(doubling, handlers);
  await put(...lines);
  const first = await bench.run('lines');
  worked.length = 0;
  const again = { again: ['double'], below: [], items: {} };
  const second = await bench.resume(first.run, again);
  expect(worked.toSorted()).toEqual([0, 1, 3]);
  expect(itemsOf(second)).toEqual(['completed', { total: 4, completed: 3, failed: 1 }]);
  await put('{"n":0}', '{"n":1}', '{"n":2}', '{"n":3}');
  expect(itemsOf(await bench.resume(second.run, again))).toEqual(['completed', { total: 4, completed: 4, failed: 0 }]);
});

test('a map over JSON lines that is completed stays so, with what it gives, when the file is gone', async () => {
  const counted = definePipeline('counted', { input: z.object({}) }, (flow) => {
    const rows = fromS3({ bucket: 'inbox', key: 'n.jsonl', format: 'jsonl', row: one });
    const { count } = flow.map(double, rows, ({ n }) => ({ n }));
    const many = flow.choose(
      gt(count, 1),
      () => flow.task(half, { n: count }),
      () => null,
      { id: 'many' },
    );
    return many;
  });
  let halved = 0;
  const put = await openLines(counted, {
    ...handlers,
    half: ({ n }: { readonly n: number }) => {
      halved += 1;
      if (halved === 1) throw new PermanentError('not now');
      return { n: n / 2 };
    },
  });
  await put('{"n":0}', '{"n":1}');
  const first = await bench.run('counted');
  expect(first.run.status).toBe('failed');
  await bench.local.service('s3').call('DeleteObject', { Bucket: 'inbox', Key: 'n.jsonl' });
  const second = await bench.resume(first.run, { again: ['half'], below: [], items: {} });
  expect([second.run.status, await second.output('half')]).toEqual(['completed', { n: 1 }]);
});

test.each(['Sandbox.Timedout', 'Runtime.OutOfMemory'])(
  'what is too much to look through is looked through once, and what to do is told: %s',
  async (name) => {
    const put = await openLines(doubling, handlers);
    await put('{"n":0}', 'no');
    const { aws } = bench.services;
    let looks = 0;
    const object: typeof aws.object = (method, bucket, key, options) => {
      if (bucket !== 'inbox') return aws.object(method, bucket, key, options);
      looks += 1;
      throw Object.assign(new Error('it is gone'), { name });
    };
    Object.assign(bench.services, { aws: { ...aws, object } });
    const { run, stages } = await bench.run('lines');
    expect([run.status, stages.double?.status, looks]).toEqual(['failed', 'failed', 1]);
    expect(stages.double?.cause).toMatch(
      /^HDL737 s3:\/\/inbox\/n.jsonl takes more time or memory than there is, .* Fix: /,
    );
  },
);
