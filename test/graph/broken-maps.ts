// What the rules refuse of maps: each definition with its messages in full.
import * as z from 'zod';
import { fromS3, type Pipeline, type Ref } from '../../lib/definition/index.ts';
import { clean, mapped, orders } from './definitions.ts';

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
};
