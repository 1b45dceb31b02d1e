// Requests to a pipeline's URL: what is refused at the door, and what becomes of what is let in.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { daily, gte, onRequest } from '../../lib/definition/index.ts';
import { openLedger } from '../../lib/ledger/index.ts';
import { dispatch, request, type Services, type UrlRequest } from '../../lib/operators/index.ts';
import { type Json, requestRunId, type StartMessage } from '../../lib/records/index.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
let startQueueUrl: string;
beforeAll(async () => {
  workshop = await openWorkshop();
  const { QueueUrl } = await workshop.local.service('sqs').call('CreateQueue', { QueueName: 'start' });
  startQueueUrl = String(QueueUrl);
  await workshop.deploy('daily', { partitions: daily({ from: '2026-01-01', to: '2026-12-31' }) });
  const schema = JSON.stringify(z.toJSONSchema(z.object({ rows: z.number() })));
  for (const pipeline of ['visits', 'daily', 'report'])
    await workshop.local
      .service('ssm')
      .call('PutParameter', { Name: `/heddle/heddle/inputs/${pipeline}`, Type: 'String', Value: schema });
});
afterAll(() => workshop.local.close());

const services = (): Services => ({ ...workshop.services, startQueueUrl });
const by = 'arn:aws:iam::123456789012:role/shop';
const post = (id: string | undefined, body: string | undefined, more: Partial<UrlRequest> = {}): UrlRequest => ({
  headers: id === undefined ? {} : { 'idempotency-key': id },
  ...(body === undefined ? {} : { body }),
  isBase64Encoded: false,
  requestContext: { http: { method: 'POST' }, authorizer: { iam: { userArn: by } } },
  ...more,
});
const ask = async (pipeline: string, event: UrlRequest, own = services()) => {
  const { when } = onRequest<{ rows: number }>({ when: ({ input }) => gte(input.rows, 10) });
  const { statusCode, body } = await request(event, { pipeline, trigger: 'request1', ...(when ? { when } : {}) }, own);
  const said: { readonly [field: string]: Json } = JSON.parse(body);
  return { status: statusCode, ...said } as { readonly [field: string]: Json };
};
const asked = async (): Promise<readonly StartMessage[]> => {
  const { Messages = [] } = await workshop.local.service('sqs').call('ReceiveMessage', {
    QueueUrl: startQueueUrl,
    MaxNumberOfMessages: 10,
    VisibilityTimeout: 0,
  });
  const found = Messages as { Body: string; ReceiptHandle: string }[];
  for (const { ReceiptHandle } of found)
    await workshop.local.service('sqs').call('DeleteMessage', { QueueUrl: startQueueUrl, ReceiptHandle });
  return found.map(({ Body }) => JSON.parse(Body));
};
const day = { queryStringParameters: { partition: '2026-03-01' } };

describe('at the door is refused, and nothing is asked for,', () => {
  test.each<[string, string, UrlRequest, number, string, string]>([
    ['no key', 'visits', post(undefined, '{"rows":1}'), 400, 'HDL433', 'there is no idempotency-key'],
    ['a key with a space', 'visits', post('a b', '{"rows":1}'), 400, 'HDL433', 'the idempotency-key is "a b"'],
    [
      'another method',
      'visits',
      post('a', undefined, { requestContext: { http: { method: 'GET' } } }),
      405,
      'HDL433',
      'the method is GET',
    ],
    ['no body', 'visits', post('a', undefined), 400, 'HDL434', 'there is no body'],
    ['what is not JSON', 'visits', post('a', '{rows'), 400, 'HDL434', 'the body is not JSON: '],
    ['too much', 'visits', post('a', `"${'x'.repeat(262_144)}"`), 413, 'HDL435', 'the body has 262146 bytes'],
    [
      'an input that breaks the contract',
      'visits',
      post('a', '{"rows":"1"}'),
      400,
      'HDL443',
      'the input breaks the contract of visits: ✖ Invalid input: expected number, received string → at rows',
    ],
    ['no partition', 'daily', post('a', '{"rows":1}'), 400, 'HDL440', 'daily cannot start: no partition was given'],
    [
      'a partition that there is not',
      'daily',
      post('a', '{"rows":1}', { queryStringParameters: { partition: '2025-03-01' } }),
      400,
      'HDL440',
      'daily cannot start for 2025-03-01: ',
    ],
    [
      'a partition that the ledger could not name',
      'visits',
      post('a', '{"rows":1}', { queryStringParameters: { partition: 'x'.repeat(201) } }),
      400,
      'HDL440',
      `visits cannot start for ${'x'.repeat(200)}: it is too long`,
    ],
  ])('%s', async (_, pipeline, event, status, code, found) => {
    const answer = await ask(pipeline, event);
    expect(answer).toMatchObject({ status, code, expected: expect.any(String), fix: expect.any(String) });
    expect(String(answer.found).startsWith(found)).toBe(true);
    expect(await asked()).toEqual([]);
  });
});

describe('a request that is let in', () => {
  test('is answered with the id that its run will have; sent again it is the same run', async () => {
    const event = post('order-1', '{ "rows": 10 }', day);
    const run = requestRunId('daily', '2026-03-01', 'order-1');
    expect(await ask('daily', event)).toEqual({ status: 202, pipeline: 'daily', run, partition: '2026-03-01' });
    const coded = { ...event, body: Buffer.from('{"rows":10}').toString('base64'), isBase64Encoded: true };
    expect(await ask('daily', coded)).toMatchObject({ status: 202, run });
    const messages = await asked();
    expect(messages).toHaveLength(2);
    const outcomes = await Promise.all(messages.map((message) => dispatch(message, services())));
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['duplicate', 'started']);
    expect(await workshop.local.ledger.runs.get('daily', run)).toMatchObject({
      partition: '2026-03-01',
      slice: { key: '2026-03-01' },
      trigger: { kind: 'request', identity: 'order-1', detail: by },
    });
    expect(await workshop.executions('daily')).toBe(1);
  });

  test.each<[string, string, Partial<UrlRequest>]>([
    ['another input', '{"rows":11}', day],
    ['another partition', '{"rows":10}', { queryStringParameters: { partition: '2026-03-02' } }],
  ])('is refused when its key stands for %s', async (_, body, more) => {
    await ask('daily', post('order-2', '{"rows":10}', day));
    expect(await asked()).toHaveLength(1);
    expect(await ask('daily', post('order-2', body, more))).toMatchObject({
      status: 422,
      code: 'HDL436',
      found: expect.stringMatching(`^the idempotency-key order-2 was used by ${by} at `),
    });
    expect(await asked()).toEqual([]);
  });

  test('of two at once under one key with different inputs, exactly one is', async () => {
    const answers = await Promise.all([10, 20].map((rows) => ask('visits', post('race', `{"rows":${rows}}`))));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 422]);
    expect(await asked()).toHaveLength(1);
  });

  test('is for the partition of its key, where the pipeline says none', async () => {
    expect(await ask('visits', post('order-3', '{"rows":10}'))).toMatchObject({ status: 202, partition: 'order-3' });
    await asked();
  });

  test('is recorded as skipped where its condition does not hold', async () => {
    const { run } = await ask('visits', post('order-4', '{"rows":9}'));
    const [message] = await asked();
    const reason = 'its condition does not hold: event.input.rows is 9';
    expect(message && (await dispatch(message, services()))).toEqual({ kind: 'notStarted', reason });
    expect(await workshop.local.ledger.runs.get('visits', String(run))).toMatchObject({
      status: 'skipped',
      cause: reason,
    });
  });

  test('and where what the run would read is not there', async () => {
    const { run } = await ask('report', post('order-5', '{"rows":10}'));
    const [message] = await asked();
    expect(message && (await dispatch(message, services()))).toMatchObject({ kind: 'notStarted' });
    expect(await workshop.local.ledger.runs.get('report', String(run))).toMatchObject({
      status: 'skipped',
      cause: expect.stringContaining('orders'),
    });
  });

  test('is held while its trigger is paused', async () => {
    const { pauses, runs } = workshop.local.ledger;
    await pauses.add('daily', { id: 'p', trigger: 'request1', by: 'ada', at: '2026-03-01T00:00:00Z' });
    const { run } = await ask('daily', post('order-6', '{"rows":10}', day));
    const [message] = await asked();
    expect(message && (await dispatch(message, services()))).toEqual({ kind: 'held', run });
    expect(await runs.get('daily', String(run))).toMatchObject({
      status: 'pending',
      waits: expect.stringContaining('ada'),
    });
  });

  test('loses nothing where it is killed at any call: sent again, it asks for the run', async () => {
    for (let dies = 0, calls = 0; calls >= dies; dies += 1) {
      const { aws } = workshop.services;
      calls = 0;
      const call: Services['aws']['call'] = async (service, operation, input) => {
        if (calls++ === dies) throw new Error('killed');
        return aws.call(service, operation, input);
      };
      const mortal = { ...aws, call };
      const ledger = openLedger(mortal, { table: 'ledger', payloadBucket: 'payloads' });
      const event = post(`kill-${dies}`, '{"rows":10}');
      await ask('visits', event, { ...services(), aws: mortal, ledger }).catch((error) => {
        if (error.message !== 'killed') throw error;
      });
      expect(await ask('visits', event)).toMatchObject({ status: 202 });
      expect((await asked()).length).toBeGreaterThan(0);
    }
  });
});
