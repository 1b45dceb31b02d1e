// What the rules refuse of maps: each definition with its messages in full.
import * as z from 'zod';
import { defineStage, fromS3, type Pipeline, type Ref } from '../../lib/definition/index.ts';
import { clean, list, mapped, orders } from './definitions.ts';

const size = z.object({ rows: z.number() });
const large = (compute: Omit<Parameters<typeof defineStage>[1], 'input' | 'output'>): Pipeline =>
  orders((flow) => flow.task(defineStage('large', { input: z.object({}), output: size, ...compute }), {}));
const job = (service: `${string}:${string}`, timeout?: '40d'): Pipeline =>
  orders((flow) =>
    flow.service('train', {
      service,
      arguments: {},
      resources: ['arn:aws:x'],
      ...(timeout ? { timeout } : {}),
    }),
  );

/** A stage of whose function five may run at once. */
const narrow = defineStage('narrow', { input: z.object({ key: z.string() }), output: size, reservedConcurrency: 5 });

export const brokenMaps: Record<string, [Pipeline | readonly Pipeline[], ...string[]]> = {
  'a map too wide': [
    mapped({ concurrency: 10_001 }),
    'HDL208 orders.clean: concurrency is 10001, but a map runs 1 to 10,000 batches at once. Fix: set it from 1 to 10,000.',
  ],
  'options that are no numbers of anything': [
    mapped({ concurrency: 0, batch: 10_001, tolerate: { count: -1, percent: 101 }, expect: { items: 0.5 } }),
    'HDL208 orders.clean: concurrency is 0, but a map runs 1 to 10,000 batches at once. Fix: set it from 1 to 10,000.',
    'HDL208 orders.clean: batch is 10001, but one call gets 1 to 10,000 items. Fix: set it from 1 to 10,000.',
    'HDL208 orders.clean: tolerate.count is -1, which is no number of items. Fix: set it to 0 or more.',
    'HDL208 orders.clean: tolerate.percent is 101, which is no percentage. Fix: set it from 0 to 100.',
    'HDL208 orders.clean: expect.items is 0.5, which is no number of items. Fix: set it to 0 or more.',
  ],
  'bytes of a list in the ledger': [
    mapped({ batchBytes: 1_000 }),
    'HDL730 orders.clean: batchBytes is of a list in the ledger, of which each call gets so many items, whatever their size. Fix: set batch alone; or map over rows in S3 with fromS3.',
  ],
  'rows that cannot be': [
    orders((flow) => {
      const row = z.object({ key: z.string() });
      const rows = fromS3({ bucket: { name: 's3://drops' }, key: 'k', format: 'csv', row });
      return flow.map(clean, rows, (one: Ref<z.infer<typeof row>>) => ({ key: one.key }), { batchBytes: 200_000 });
    }),
    'HDL730 orders.clean: batchBytes is 200000, but one call gets 1 to 180,000 bytes of rows. Fix: set it in that range, or leave it out.',
    `HDL730 orders.clean: the bucket is called "s3://drops", which is no name of a bucket. Fix: write its name alone, like 'acme-inventories'.`,
  ],
  'a reduce of a task': [
    orders((flow) => {
      const looks = defineStage('looks', {
        input: z.object({}),
        output: z.object({ outputs: z.array(size), count: z.number(), failed: z.number() }),
      });
      const add = defineStage('add', { input: z.object({ parts: z.array(size) }), output: size });
      return flow.reduce(add, flow.task(looks, {}), (one: Ref<{ rows: number }>) => ({ rows: one.rows }), {
        empty: { rows: 0 },
      });
    }),
    'HDL736 orders.addPortions: is a reduce over looks, which is no map. Fix: pass what flow.map or flow.each gave back, whole.',
  ],
  'a function that cannot be': [
    large({ ephemeralStorageMb: 511, architecture: 'amd64' as never, reservedConcurrency: 0 }),
    'HDL734 orders.large: ephemeralStorageMb is 511, but a function has 512 to 10,240 MB in /tmp. Fix: set a whole number from 512 to 10,240, or keep what is larger in S3.',
    `HDL734 orders.large: architecture is "amd64", but Lambda has two. Fix: set 'arm64' or 'x86_64'.`,
    'HDL734 orders.large: reservedConcurrency is 0, with which the function could never be called. Fix: set a whole number from 1.',
  ],
  'a map wider than its function': [
    orders((flow) => {
      const { files } = flow.task(list, flow.input);
      return flow.map(narrow, files, (file: Ref<{ key: string }>) => ({ key: file.key }));
    }),
    "HDL735 warning, orders.narrow: its map runs 10 batches at once, but its function has 5 reserved: the others are throttled. Fix: set the map's concurrency to 5 or less.",
  ],
  'a map wider than its function, of a stage that a task uses too': [
    orders((flow) => {
      const { files } = flow.task(list, flow.input);
      flow.task(narrow, { key: 'first' }, { id: 'one' });
      return flow.map(narrow, files, (file: Ref<{ key: string }>) => ({ key: file.key }));
    }),
    "HDL735 warning, orders.narrow: its map runs 10 batches at once, but its function has 5 reserved: the others are throttled. Fix: set the map's concurrency to 5 or less.",
  ],
  'a job that nobody knows how to follow': [
    job('quantum:solve.sync'),
    'HDL242 orders.train: it waits for a job of quantum:solve, of which Heddle does not know what it needs. Fix: wait for one of ecs:runTask, batch:submitJob, sagemaker:createTrainingJob, sagemaker:createTransformJob, sagemaker:createProcessingJob, bedrock:createModelCustomizationJob, bedrock:createModelInvocationJob, glue:startJobRun, codebuild:startBuild; or call it without .sync.',
  ],
  'a job for more than a month': [
    job('ecs:runTask.sync', '40d'),
    "HDL242 orders.train: timeout is 3456000 s, but a job has whole seconds, from one to 30 days. Fix: set a span in that range, such as '1m'.",
  ],
};
