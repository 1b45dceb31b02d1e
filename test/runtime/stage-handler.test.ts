import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { defineStage } from '../../lib/definition/index.ts';
import type { Binding, ItemResult, StageCall } from '../../lib/records/index.ts';
import { PermanentError, stageHandler, ThrottledError, TransientError } from '../../lib/runtime/index.ts';
import { openServices, stageEnvironment, type TestServices } from '../services.ts';

let services: TestServices;
beforeAll(async () => {
  services = await openServices();
  Object.assign(process.env, stageEnvironment(services));
});
afterAll(() => services.close());

let requests = 0;
/** What Lambda passes beside the event, as far as the wrapper reads it. */
const context = (remainingMs = 60_000): Context =>
  ({ awsRequestId: `request-${++requests}`, getRemainingTimeInMillis: () => remainingMs }) as Context;

const stage = defineStage('clean', { input: z.object({ n: z.number() }), output: z.object({ double: z.number() }) });
const item: Binding = { kind: 'object', fields: { n: { kind: 'ref', source: { kind: 'item' }, path: [] } } };
const value = (n: unknown): Binding => ({ kind: 'value', value: { n } as never });

const call = (run: string, bind: Binding, extra: Partial<StageCall> = {}): StageCall => ({
  run: { pipeline: 'orders', id: run, partition: 'p', definitionHash: 'abc', execution: 'arn' },
  stage: 'clean',
  bind,
  after: [],
  control: [{ key: 'double', path: ['double'] }],
  chosen: {},
  ...extra,
});
const at = (run: string) => ({ pipeline: 'orders', run, stage: 'clean', spread: undefined });

describe('a task', () => {
  test('gets its input, and answers with the control values alone', async () => {
    const handler = stageHandler(stage, ({ input }) => ({ double: input.n * 2 }));
    expect(await handler(call('task', value(4)), context())).toEqual({ status: 'completed', control: { double: 8 } });
    expect(await services.ledger.stages.get(at('task'))).toMatchObject({
      status: 'completed',
      attempts: 1,
      output: { json: '{"double":8}' },
    });
  });

  test('does its work once: a repeat gets the stored result', async () => {
    let works = 0;
    const handler = stageHandler(stage, ({ input }) => {
      works += 1;
      return { double: input.n * 2 };
    });
    const first = await handler(call('repeat', value(4)), context());
    expect(await handler(call('repeat', value(4)), context())).toEqual(first);
    expect(works).toBe(1);
  });

  test.each([
    ['input that breaks the contract', 'four', { double: 8 }, /HDL301 input breaks the contract: n: .*expected number/],
    [
      'output that breaks the contract',
      4,
      { double: 'eight' },
      /HDL302 output breaks the contract: double: .*expected number/,
    ],
  ])('%s is not retried and says which field', async (name, n, output, message) => {
    const handler = stageHandler(stage, () => output as { double: number });
    const failure = handler(call(name, value(n)), context());
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toMatchObject({ name: 'Heddle.ContractViolation' });
  });

  test('is skipped when a stage that it reads was, with the reason', async () => {
    const read: Binding = { kind: 'ref', source: { kind: 'stage', stage: 'list' }, path: ['files'] };
    await services.ledger.stages.fail(
      { ...at('skipped'), stage: 'list' },
      { status: 'failed', endedAt: 'now', error: 'E', cause: 'c' },
    );
    const handler = stageHandler(stage, () => ({ double: 1 }));
    expect(await handler(call('skipped', read), context())).toEqual({ status: 'skipped', control: {} });
    expect(await services.ledger.stages.get(at('skipped'))).toMatchObject({
      status: 'skipped',
      reason: 'list is failed',
    });
  });

  test.each([
    ['then', 'completed'],
    ['otherwise', 'completed'],
    ['none', 'skipped'],
  ] as const)('after a choice that took %s it is %s', async (taken, status) => {
    const handler = stageHandler(stage, () => ({ double: 1 }));
    const event = call(`choice-${taken}`, value(1), { after: ['anyRows'], chosen: { anyRows: taken } });
    expect(await handler(event, context())).toMatchObject({ status });
  });

  test.each([
    ['fits into the attempt', 0, 'completed', 2],
    ['is longer than half of what is left', 31, 'Heddle.Throttled', 1],
    ['never ends', 0, 'Heddle.Throttled', 6],
  ] as const)('a throttled service’s Retry-After that %s: %s s', async (name, retryAfter, outcome, calls) => {
    let called = 0;
    const handler = stageHandler(stage, () => {
      called += 1;
      if (called === 1 || calls > 2) throw new ThrottledError('slow down', { retryAfter });
      return { double: 1 };
    });
    const ended = await handler(call(`throttled ${name}`, value(1)), context()).then(
      ({ status }) => status,
      (error: Error) => error.name,
    );
    expect([ended, called]).toEqual([outcome, calls]);
  });

  test('a late attempt cannot overwrite the one that took its claim', async () => {
    let release = () => undefined as unknown;
    const slow = new Promise((resolve) => {
      release = () => resolve(undefined);
    });
    const late = stageHandler(stage, async () => {
      await slow;
      return { double: 1 };
    });
    const first = late(call('late', value(1)), context());
    const quick = stageHandler(stage, () => ({ double: 2 }));
    while (!(await services.ledger.stages.get(at('late')))) await new Promise(setImmediate);
    await quick(call('late', value(1)), context());
    release();
    expect(await first).toEqual({ status: 'completed', control: { double: 2 } });
  });
});

describe('a batch of a map', () => {
  const batch = (items: readonly unknown[], index: number, size: number) => ({
    batch: { items: { kind: 'value', value: items as never } as Binding, index, size },
  });
  const results = async (run: string, index = 0): Promise<readonly ItemResult[]> => {
    const record = await services.ledger.stages.getBatch(at(run), index);
    return record?.results ? ((await services.ledger.payloads.load(record.results)) as readonly ItemResult[]) : [];
  };

  test('of a file that could not be read to its end gets the rest of its rows, and does those alone', async () => {
    const rows = (...values: readonly number[]) => ({
      batch: { rows: values.map((value, place) => ({ index: place + 4, value })) },
    });
    const worked: number[] = [];
    const handler = stageHandler(stage, ({ input: { n } }) => {
      worked.push(n);
      return { double: 2 * n };
    });
    await handler(call('rest', item, rows(1, 2)), context());
    expect(await handler(call('rest', item, rows(1, 2)), context())).toMatchObject({ completed: 0 });
    await handler(call('rest', item, rows(1, 2, 3)), context());
    await handler(call('rest', item, rows(1, 2)), context()); // one that comes late
    expect(worked).toEqual([1, 2, 3]);
    expect(await services.ledger.stages.getBatch(at('rest'), 4)).toMatchObject({
      ...{ status: 'completed', completed: 3, failed: 0, rows: 3, attempts: 2 },
    });
  });

  test('does the items of its slice', async () => {
    const handler = stageHandler(stage, ({ input }) => ({ double: input.n * 2 }));
    await handler(call('slice', item, batch([1, 2, 3, 4, 5], 1, 2)), context());
    expect(await results('slice', 1)).toEqual([
      { index: 2, output: { double: 6 } },
      { index: 3, output: { double: 8 } },
    ]);
  });

  test('an item that can never succeed is a dead letter, and the others go on', async () => {
    const handler = stageHandler(stage, ({ input }) => {
      if (input.n === 2) throw new PermanentError('two is bad');
      return { double: input.n * 2 };
    });
    expect(await handler(call('bad', item, batch([1, 2, 'x', 3], 0, 4)), context())).toMatchObject({
      completed: 2,
      failed: 2,
    });
    expect(await results('bad')).toMatchObject([
      { index: 0, output: { double: 2 } },
      { index: 1, error: 'Heddle.Permanent', cause: 'two is bad' },
      { index: 2, error: 'Heddle.ContractViolation' },
      { index: 3, output: { double: 6 } },
    ]);
    expect(await services.ledger.deadLetters.list('orders', 'bad')).toMatchObject([
      { item: 1, error: 'Heddle.Permanent', input: { json: '{"n":2}' } },
      { item: 2, error: 'Heddle.ContractViolation', input: { json: '{"n":"x"}' } },
    ]);
  });

  test.each([
    ['after', { after: ['list'] }],
    [
      'for its input',
      {
        bind: {
          kind: 'list',
          items: [item, { kind: 'ref', source: { kind: 'stage', stage: 'list' }, path: [] }],
        } as Binding,
      },
    ],
  ])('does nothing when a stage that it needs %s failed', async (name, extra) => {
    await services.ledger.stages.fail(
      { ...at(`needs ${name}`), stage: 'list' },
      { status: 'failed', endedAt: 'now', error: 'E', cause: 'c' },
    );
    const handler = stageHandler(stage, () => {
      throw new Error('an item was worked');
    });
    const event = call(`needs ${name}`, item, { ...batch([1, 2], 0, 2), ...extra });
    expect(await handler(event, context())).toMatchObject({ status: 'skipped', completed: 0, failed: 0 });
    expect(await services.ledger.deadLetters.list('orders', `needs ${name}`)).toEqual([]);
  });

  test('a retry does only the items that have no outcome', async () => {
    const done: number[] = [];
    let isDown = true;
    const handler = stageHandler(stage, ({ input }) => {
      if (input.n === 2 && isDown) throw new TransientError('the service is down');
      done.push(input.n);
      return { double: input.n * 2 };
    });
    const event = call('retry', item, batch([1, 2, 3], 0, 3));
    await expect(handler(event, context())).rejects.toThrow(
      /1 item\(s\) to try again, the first is 1: .*the service is down/,
    );
    isDown = false;
    await handler(event, context());
    expect(done).toEqual([1, 3, 2]);
    expect((await results('retry')).map(({ index }) => index)).toEqual([0, 1, 2]);
    await handler(event, context());
    expect(done).toEqual([1, 3, 2]);
  });

  test('stores what it has before its time is up', async () => {
    let leftMs = 60_000;
    const handler = stageHandler(stage, ({ input }) => {
      leftMs = 1_000;
      return { double: input.n * 2 };
    });
    const short = { ...context(), getRemainingTimeInMillis: () => leftMs } as Context;
    await expect(handler(call('short', item, batch([1, 2, 3], 0, 3)), short)).rejects.toThrow(
      /ran out of time after 1 of 3/,
    );
    expect(await results('short')).toEqual([{ index: 0, output: { double: 2 } }]);
    expect(await services.ledger.stages.getBatch(at('short'), 0)).toMatchObject({ status: 'running' });
  });
});
