// What a cache costs in calls of the ledger's table, and that a stage without one costs no more than it did.
import { Logger } from '@aws-lambda-powertools/logger';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as z from 'zod';
import { defineStage } from '../../lib/definition/index.ts';
import { openLedger } from '../../lib/ledger/index.ts';
import type { Binding, CachePolicy, Json, StageCall } from '../../lib/records/index.ts';
import { openMeter } from '../../lib/runtime/meter.ts';
import { runBatch } from '../../lib/runtime/run-batch.ts';
import { runTask } from '../../lib/runtime/run-task.ts';
import { openStore } from '../../lib/runtime/store.ts';
import type { Aws } from '../../lib/support/aws-call.ts';
import { openServices, type TestServices } from '../services.ts';

let services: TestServices;
beforeAll(async () => {
  services = await openServices();
});
afterAll(() => services.close());

const stage = defineStage('double', { input: z.object({ n: z.number() }), output: z.object({ n: z.number() }) });
const literal = (value: Json): Binding => ({ kind: 'value', value });
const item: Binding = { kind: 'object', fields: { n: { kind: 'ref', source: { kind: 'item' }, path: [] } } };

/** Calls of the table by operation, of one call of the stage. */
const callsOf = async (run: string, extra: Partial<StageCall>): Promise<{ readonly [operation: string]: number }> => {
  const calls: Record<string, number> = {};
  const aws: Aws = {
    ...services.aws,
    call: (service, operation, input) => {
      if (service === 'dynamodb') calls[operation] = (calls[operation] ?? 0) + 1;
      return services.aws.call(service, operation, input);
    },
  };
  const call: StageCall = {
    run: { pipeline: 'orders', id: run, partition: 'p', definitionHash: 'abc', execution: run },
    stage: 'double',
    bind: literal({ n: 4 }),
    after: [],
    control: [],
    chosen: {},
    ...extra,
  };
  const attempt = {
    call,
    ledger: openLedger(aws, { table: 'ledger', payloadBucket: 'payloads' }),
    store: openStore(aws, 'payloads', call.run),
    logger: new Logger({ logLevel: 'SILENT' }),
    meter: openMeter(aws, { startedAt: Date.now() }),
    deadLetterQueueUrl: services.queueUrl,
    owner: run,
    build: { code: 'code', contract: 'contract' },
    signal: new AbortController().signal,
    now: Date.now,
    remainingMs: () => 60_000,
  };
  await (call.batch ? runBatch : runTask)(stage, ({ input }) => ({ n: input.n * 2 }), attempt);
  return calls;
};
const cache: CachePolicy = { seconds: 3_600 };
const list = Array.from({ length: 150 }, (_, n) => 1_000 + n);
const batch = { bind: item, batch: { items: literal(list), index: 0, size: 150 } };

test.each([
  ['a task without a cache: claim and settle', {}, { UpdateItem: 2 }],
  ['a task whose result is made and kept', { cache }, { UpdateItem: 3, BatchGetItem: 1 }],
  ['a task whose result is taken over', { cache }, { UpdateItem: 2, BatchGetItem: 1 }],
  ['a batch without a cache: claim, settle, and the map is opened', batch, { GetItem: 1, UpdateItem: 3 }],
  [
    'a batch whose 150 results are made and kept',
    { ...batch, cache },
    { GetItem: 1, UpdateItem: 153, BatchGetItem: 2 },
  ],
  ['a batch whose 150 results are taken over', { ...batch, cache }, { GetItem: 1, UpdateItem: 3, BatchGetItem: 2 }],
])('%s', async (name, extra, calls) => {
  expect(await callsOf(name.replaceAll(/\W/g, '-'), extra)).toEqual(calls);
});

test('another version of what the input does not show is another result', async () => {
  const calls = await callsOf('other-version', { cache: { ...cache, version: 'model-3' } });
  expect(calls).toEqual({ UpdateItem: 3, BatchGetItem: 1 });
});
