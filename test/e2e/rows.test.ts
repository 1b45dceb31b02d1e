// Thousands of rows of a file through a map: counted as it goes, and to the item when it is over.
import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { type ItemProgress, lookAt, openMapRuns } from '../../lib/cli/progress/index.ts';
import { definePipeline, defineStage, fromS3 } from '../../lib/definition/index.ts';
import { tallyOf } from '../../lib/ledger/index.ts';
import { PermanentError } from '../../lib/runtime/index.ts';
import { connect } from '../../lib/support/aws-call.ts';
import { openWorks, type Works } from '../run-pipelines.ts';

const count = 5_000;
const row = z.object({ n: z.string() });
const quick = { attempts: 1, throttled: { attempts: 1 }, exhausted: { attempts: 1 } };
const stages = {
  express: defineStage('square', { input: row, output: z.object({ n: z.number() }), timeout: '30s', retry: quick }),
  standard: defineStage('square', { input: row, output: z.object({ n: z.number() }), timeout: '5m' }),
};

let works: Works;
afterEach(() => works.close());

test.each(['express', 'standard'] as const)('in %s executions', async (type) => {
  const pipeline = definePipeline('rows', { input: z.object({}) }, (flow) => {
    const rows = fromS3({ bucket: 'inbox', key: 'rows.csv', format: 'csv', row });
    const options = { batch: 500, concurrency: 2, tolerate: { percent: 1 } };
    return { failed: flow.map(stages[type], rows, ({ n }) => ({ n }), options).failed };
  });
  let seen: ItemProgress | undefined;
  works = await openWorks([pipeline], {
    square: async ({ input: { n } }) => {
      if (n === '2600') {
        const endpoint = process.env.AWS_ENDPOINT_URL ?? '';
        const aws = connect({ region: 'us-east-1', endpoint, accessKeyId: 'test', secretAccessKey: 'test' });
        const run = { pipeline: 'rows', run: 'r1' };
        seen = (await lookAt(works.ledger, run, ['square'], openMapRuns(aws)))?.stages[0]?.items;
      }
      if (Number(n) % 1_000 === 7) throw new PermanentError('seven');
      return { n: Number(n) ** 2 };
    },
  });
  const lines = Array.from({ length: count }, (_, n) => `${n}\n`);
  const Body = Buffer.from(`n\n${lines.join('')}`);
  await works.services.service('s3').call('PutObject', { Bucket: 'inbox', Key: 'rows.csv', Body });

  const ran = await works.run(pipeline, {});
  expect(ran.run).toMatchObject({ status: 'completed', deadLetters: 5 });
  expect(await ran.output()).toEqual({ failed: 5 });
  expect(ran.stages.get('square')?.items).toEqual({ total: count, completed: count - 5, failed: 5 });
  expect(ran.deadLetters.map(({ item }) => item)).toEqual([7, 1_007, 2_007, 3_007, 4_007]);
  expect(
    await tallyOf(works.ledger.stages, { pipeline: 'rows', run: 'r1', stage: 'square', spread: undefined }),
  ).toMatchObject({
    completed: count - 5,
    failed: 5,
    isWhole: true,
  });
  // Nobody said how many rows there are; batches before the one that looked were over.
  expect(seen).toMatchObject({ total: count });
  expect(seen?.done).toBeGreaterThanOrEqual(2_000);
  expect(seen?.done).toBeLessThan(count);
  expect(seen?.failed).toBeGreaterThanOrEqual(2);
});
