// What a stage tells of itself rides on the write that settles it: what it used, how it went, how good it is.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { defineStage } from '../../lib/definition/index.ts';
import { accountOf, type Binding, type Json, type StageCall } from '../../lib/records/index.ts';
import { stageHandler } from '../../lib/runtime/index.ts';
import { PermanentError, ThrottledError } from '../../lib/support/run-errors.ts';
import { openServices, stageEnvironment, type TestServices } from '../services.ts';

let services: TestServices;
let environment: { readonly [name: string]: string };
beforeAll(async () => {
  services = await openServices();
  environment = { ...stageEnvironment(services), AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024' };
});
afterAll(() => services.close());

const stage = defineStage('rate', { input: z.object({ n: z.number() }), output: z.object({ n: z.number() }) });
const literal = (value: Json): Binding => ({ kind: 'value', value });
const item: Binding = { kind: 'object', fields: { n: { kind: 'ref', source: { kind: 'item' }, path: [] } } };
const at = (run: string) => ({ pipeline: 'orders', run, stage: 'rate', spread: undefined });
let requests = 0;
const context = () => ({ awsRequestId: `told-${++requests}`, getRemainingTimeInMillis: () => 60_000 }) as Context;
const call = (run: string, extra: Partial<StageCall> = {}): StageCall => ({
  run: { pipeline: 'orders', id: run, partition: 'p', definitionHash: 'abc', execution: run },
  stage: 'rate',
  bind: literal({ n: 4 }),
  after: [],
  control: [],
  chosen: {},
  ...extra,
});
type Rated = Parameters<typeof stageHandler<typeof stage>>[1];
const perform = (run: string, work: Rated, extra: Partial<StageCall> = {}) =>
  stageHandler(stage, work, environment)(call(run, extra), context());

test('what an attempt used, and how it went', async () => {
  const record = { status: 'failed', endedAt: 'now', error: 'E', cause: 'c' } as const;
  await services.ledger.stages.fail({ ...at('whole'), stage: 'other' }, record);
  await perform('whole', ({ input, cost, score }) => {
    cost.add('crm');
    cost.add('crm', 2, { dollars: 0.5 });
    cost.model({ model: 'nova', inputTokens: 900, outputTokens: 100, prompt: 'v3' });
    cost.model({ model: 'nova', inputTokens: 100, outputTokens: 20, cachedTokens: 60, prompt: 'v4' });
    score('faithful', 0.7, { warn: { below: 0.8 }, block: { below: 0.5 } });
    return { n: input.n };
  });
  const told = await services.ledger.stages.get(at('whole'));
  expect(told).toMatchObject({
    spent: {
      usage: { transitions: 1, lambdaCalls: 1, writeUnits: 2 },
      calls: { crm: { count: 3, dollars: 0.5 } },
      models: { nova: { calls: 2, inputTokens: 1_000, outputTokens: 120, cachedTokens: 60, prompts: ['v3', 'v4'] } },
    },
    measured: { bytesIn: 7, bytesOut: 7, memoryMb: 1_024 },
    scores: { faithful: { count: 1, sum: 0.7, warned: 1 } },
    warning: 'faithful is 0.7; it is to be at least 0.8',
    tries: [{ at: expect.any(String), ms: expect.any(Number) }],
  });
  const { billedMs = 0, usedMb = 0 } = told?.measured ?? {};
  expect(told?.spent?.usage.lambdaGbSeconds).toBeCloseTo(billedMs / 1_000, 6);
  expect(usedMb).toBeGreaterThan(1);
});

test('what failed attempts used is kept, in one write each; the sum is over all of them', async () => {
  let tries = 0;
  const work: Rated = ({ input, cost }) => {
    cost.model({ model: 'nova', inputTokens: 100, outputTokens: 10 });
    tries += 1;
    if (tries < 3) throw new Error(`not yet, ${tries}`);
    return { n: input.n };
  };
  const handler = stageHandler(stage, work, environment);
  for (let failures = 0; failures < 2; failures++)
    await expect(handler(call('again'), context())).rejects.toThrow('not yet');
  await handler(call('again'), context());
  const told = await services.ledger.stages.get(at('again'));
  expect(told?.spent).toMatchObject({
    usage: { transitions: 3, lambdaCalls: 3, writeUnits: 6 },
    models: { nova: { calls: 3, inputTokens: 300, outputTokens: 30 } },
  });
  expect(told?.tries?.map(({ error }) => error)).toEqual(['Error: not yet, 1', 'Error: not yet, 2', undefined]);
});

test('it is kept as JSON; where a record has it in maps, as it was before, it is read and added to all the same', async () => {
  const { aws, ledger } = services;
  const Key = { pk: { S: 'run#orders#maps' }, sk: { S: 'stage#rate' } };
  const failing = perform('maps', () => Promise.reject(new Error('once')));
  await expect(failing).rejects.toThrow('once');
  const { Item } = await aws.call('dynamodb', 'GetItem', { TableName: 'ledger', Key });
  expect(Item).toMatchObject({ paidText: { S: expect.any(String) }, toldText: { S: expect.any(String) } });
  await aws.call('dynamodb', 'UpdateItem', {
    TableName: 'ledger',
    Key,
    UpdateExpression: 'SET spent = :spent, measured = :measured REMOVE paidText, toldText',
    ExpressionAttributeValues: {
      ':spent': { M: { usage: { M: { lambdaCalls: { N: '4' } } } } },
      ':measured': { M: { usedMb: { N: '90' } } },
    },
  });
  expect(await ledger.stages.get(at('maps'))).toMatchObject({
    spent: { usage: { lambdaCalls: 4 } },
    measured: { usedMb: 90 },
  });
  await perform('maps', ({ input }) => input);
  expect(await ledger.stages.get(at('maps'))).toMatchObject({ spent: { usage: { lambdaCalls: 5 } } });
});

test('from when all that it needs is there until it is claimed, it waits', async () => {
  const { stages } = services.ledger;
  const giver = { ...at('waits'), stage: 'giver' };
  await stages.claim(giver, 'a', '2026-01-01T00:00:00.000Z');
  const endedAt = new Date(Date.now() - 5_000).toISOString();
  const output = { kind: 'inline', json: '{"n":4}' } as const;
  await stages.complete(giver, 'a', { endedAt, durationMs: 1, output });
  const bind: Binding = { kind: 'ref', source: { kind: 'stage', stage: 'giver' }, path: [] };
  await perform('waits', ({ input }) => input, { bind });
  const { queuedMs = 0 } = (await stages.get(at('waits')))?.measured ?? {};
  expect(queuedMs).toBeGreaterThanOrEqual(5_000);
  expect(queuedMs).toBeLessThan(60_000);
});

test('a batch tells the sum of its items; a retry of it adds to that', async () => {
  let tries = 0;
  const handler = stageHandler(
    stage,
    ({ input, cost, score }) => {
      cost.add('crm');
      score('good', input.n / 10);
      if (input.n === 3 && tries++ === 0) throw new Error('once');
      return { n: input.n };
    },
    environment,
  );
  const batch = { bind: item, batch: { items: literal([1, 2, 3]), index: 0, size: 3 } };
  await expect(handler(call('batch', batch), context())).rejects.toThrow('1 item(s) to try again');
  await handler(call('batch', batch), context());
  const [told] = await services.ledger.stages.listBatches(at('batch'), false);
  expect(told).toMatchObject({
    spent: { usage: { lambdaCalls: 2 }, calls: { crm: { count: 4 } } },
    scores: { good: { count: 3, min: 0.1, max: 0.3 } }, // of the item that was tried again, once
  });
});

test('one EMF line an attempt, by pipeline and stage; one for each score', async () => {
  const written: string[] = [];
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text: string | Uint8Array) => written.push(String(text)) > 0;
  try {
    const { POWERTOOLS_METRICS_DISABLED: _, ...measured } = environment;
    const rated = stageHandler(
      stage,
      ({ input, cost, score }) => {
        cost.add('crm', 2);
        cost.model({ model: 'nova', inputTokens: 9, outputTokens: 1 });
        score('good', 0.5, { warn: { below: 0.6 } });
        return input;
      },
      measured,
    );
    await rated(call('emf', { shares: 'rateAll' }), context());
  } finally {
    process.stdout.write = write;
  }
  const lines = written
    .flatMap((text) => text.split('\n').filter((line) => line.startsWith('{')))
    .map((line) => JSON.parse(line));
  const [attempt, scored] = lines.filter((line) => line._aws);
  expect(attempt).toMatchObject({
    ...{ pipeline: 'orders', stage: 'rateAll', Attempts: 1, Failures: 0, ModelTokens: 10, DeclaredCalls: 2 },
    ...{ ScoresWarned: 1, ScoresBlocked: 0, MemoryUsed: expect.any(Number), BilledDuration: expect.any(Number) },
    ...{ bytesIn: 7, memoryMb: 1_024, writeUnits: expect.any(Number), calls: { crm: { count: 2 } } },
  });
  expect(attempt._aws.CloudWatchMetrics[0]).toMatchObject({ Namespace: 'Heddle', Dimensions: [['pipeline', 'stage']] });
  expect(scored).toMatchObject({ pipeline: 'orders', stage: 'rateAll', score: 'good', Score: 0.5 });
});

describe('a score past its block', () => {
  test('fails the stage for good, and is kept', async () => {
    const work: Rated = ({ input, score }) => {
      score('faithful', 0.2, { block: { below: 0.5 } });
      return { n: input.n };
    };
    const failing = perform('blocked', work);
    await expect(failing).rejects.toThrow('HDL802 blocked by a score: faithful is 0.2; it is to be at least 0.5');
    await expect(failing).rejects.toMatchObject({ name: 'Heddle.Permanent' });
    expect(await services.ledger.stages.get(at('blocked'))).toMatchObject({ scores: { faithful: { blocked: 1 } } });
  });

  test('is a dead letter of its item alone', async () => {
    const work: Rated = ({ input, score }) => {
      score('faithful', input.n, { block: { above: 2 } });
      return { n: input.n };
    };
    await perform('blockedItem', work, { bind: item, batch: { items: literal([1, 3, 2]), index: 0, size: 3 } });
    const [letter, ...more] = await services.ledger.deadLetters.list('orders', 'blockedItem');
    expect([letter?.item, letter?.cause, more.length]).toEqual([
      1,
      'HDL802 blocked by a score: faithful is 3; it is to be at most 2',
      0,
    ]);
  });
});

describe('scores count once what gave them is done', () => {
  test('not those of a try that failed, nor of one that a service sent away', async () => {
    let tries = 0;
    const work: Rated = ({ input, score }) => {
      tries += 1;
      score('good', tries, { warn: { below: 3 } });
      if (tries === 1) throw new Error('not yet');
      if (tries === 2) throw new ThrottledError('slow down', { retryAfter: 0 });
      return { n: input.n };
    };
    await expect(perform('scored', work)).rejects.toThrow('not yet');
    expect(await services.ledger.stages.get(at('scored'))).not.toHaveProperty('scores');
    await perform('scored', work);
    const told = await services.ledger.stages.get(at('scored'));
    expect(told).toMatchObject({ scores: { good: { count: 1, sum: 3 } } });
    expect(told).not.toHaveProperty('warning');
  });

  test('of a stage that its fallback completes, those of the fallback', async () => {
    const work =
      (value: number): Rated =>
      ({ input, score }) => {
        score('good', value, { block: { below: 0.5 } });
        return { n: input.n };
      };
    await expect(perform('falls', work(0.2))).rejects.toThrow('HDL802');
    const failure = { Error: 'Heddle.Permanent', Cause: 'HDL802' };
    await perform('falls', work(0.9), { via: 'fallback', failure });
    const told = await services.ledger.stages.get(at('falls'));
    expect(told).toMatchObject({ status: 'completed', scores: { good: { count: 1, sum: 0.9 } } });
    expect(told?.scores?.good).not.toHaveProperty('blocked');
    await expect(perform('unscored', work(0.2))).rejects.toThrow('HDL802');
    await perform('unscored', ({ input }) => input, { via: 'fallback', failure });
    expect(await services.ledger.stages.get(at('unscored'))).not.toHaveProperty('scores');
  });

  test('a score that would block an item which failed otherwise does not block the next', async () => {
    const work: Rated = ({ input, score }) => {
      score('good', input.n, { block: { above: 2 } });
      if (input.n === 3) throw new PermanentError('broken');
      return { n: input.n };
    };
    await perform('leaks', work, { bind: item, batch: { items: literal([1, 3, 2]), index: 0, size: 3 } });
    const letters = await services.ledger.deadLetters.list('orders', 'leaks');
    expect(letters.map(({ item: index, cause }) => [index, cause])).toEqual([[1, 'broken']]);
    const [told] = await services.ledger.stages.listBatches(at('leaks'), false);
    expect(told?.scores).toMatchObject({ good: { count: 2, sum: 3 } });
  });
});

describe('what is no count, token or score is refused', () => {
  type Work = Parameters<Rated>[0];
  test.each<[string, (work: Work) => void, string]>([
    ['a negative count', ({ cost }) => cost.add('crm', -1), "HDL800 cost.add('crm') is -1"],
    ['no number', ({ score }) => score('good', Number.NaN), "HDL800 score('good') is NaN"],
    [
      'tokens that are none',
      ({ cost }) => cost.model({ model: 'nova', inputTokens: 1, outputTokens: Number.POSITIVE_INFINITY }),
      "HDL800 outputTokens of cost.model('nova') is Infinity",
    ],
    ['no name', ({ cost }) => cost.add(''), 'HDL801 a service of cost.add is named ""'],
    [
      'a name for each customer',
      ({ cost }) => {
        for (let n = 0; n < 30; n++) cost.add(`customer-${n}`);
      },
      "HDL801 a service of cost.add 'customer-20' is one more than 20",
    ],
  ])('%s', async (name, tell, message) => {
    const failing = perform(name, (work) => {
      tell(work);
      return work.input;
    });
    await expect(failing).rejects.toThrow(message);
    await expect(failing).rejects.toMatchObject({ name: 'Heddle.Permanent' });
  });
});

test('the account of a run has each stage, with what its operators are taken to have used', () => {
  const account = accountOf([
    {
      stage: 'rate',
      status: 'failed',
      attempts: 2,
      durationMs: 40,
      spent: { usage: { lambdaCalls: 2, transitions: 2 } },
      tries: [{ at: 'a' }, { at: 'b', ms: 40 }],
    },
    { stage: 'enough', status: 'completed', attempts: 1, check: { outcome: 'passed', found: '3 ≥ 1' } },
    { stage: 'taken', status: 'completed', attempts: 1, takenFrom: 'other', spent: { usage: { lambdaCalls: 9 } } },
  ]);
  expect(account.stages).toMatchObject({
    rate: { ms: 40, killed: 1, spent: { usage: { lambdaCalls: 3, transitions: 3, busEvents: 1 } } },
    enough: { check: { outcome: 'passed' }, spent: { usage: { lambdaCalls: 1 } } },
  });
  expect(Object.keys(account.stages)).toHaveLength(2);
});
