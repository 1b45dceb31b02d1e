// What pools do where answers are lost. What they do where who grants dies is in pools.property.test.ts.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openLedger } from '../../lib/ledger/index.ts';
import { type Aws, AwsCallError } from '../../lib/support/aws-call.ts';
import { losesAnswers } from '../broken-calls.ts';
import { openServices, type TestServices } from '../services.ts';

let services: TestServices;
beforeAll(async () => {
  services = await openServices();
});
afterAll(() => services.close());

test('the same call is made twice in one millisecond: its state is told once, and keeps the slot', async () => {
  const told: unknown[] = [];
  const both = Promise.withResolvers<void>();
  let granting = 0;
  const call: Aws['call'] = async (service, operation, input, options) => {
    if (service === 'states') {
      if (told.push(input) > 1) throw new AwsCallError('states', 'TaskTimedOut', 'the task is over', 400);
      return {};
    }
    // Each has read the pool before either of them writes.
    if (operation === 'UpdateItem' && JSON.stringify(input).includes('held')) {
      if (++granting === 2) both.resolve();
      await both.promise;
    }
    return services.aws.call(service, operation, input, options);
  };
  const { pools } = openLedger({ ...services.aws, call }, { table: 'ledger', payloadBucket: 'payloads' });
  const at = { pool: 'twice', key: '' };
  const entry = { ...at, limits: { slots: 1 }, owner: 'stage/p/r/1/s', since: 0, holdMs: 60_000, token: 'token' };
  await Promise.all([pools.enter(entry, 0), pools.enter(entry, 0)]);
  expect(told.length).toBeGreaterThan(0);
  expect((await pools.get(at))?.held?.size).toBe(1);
});

test.each([
  ['of a state that waits, which is told', { token: 'token' }, ['token']],
  ['of a call in a handler, which has it', { givesUpAt: 60_000 }, []],
])('the answer is lost to the write that grants a slot: %s', async (owner, who, tokens) => {
  const told: unknown[] = [];
  const call: Aws['call'] = async (service, operation, input, options) => {
    if (service !== 'states') return services.aws.call(service, operation, input, options);
    told.push((input as { readonly taskToken: string }).taskToken);
    return {};
  };
  const aws = losesAnswers({ ...services.aws, call });
  const { pools } = openLedger(aws, { table: 'ledger', payloadBucket: 'payloads' });
  const at = { pool: owner.replaceAll(/\W+/g, ''), key: '' };
  const lease = await pools.enter({ ...at, limits: { slots: 1 }, owner, since: 0, holdMs: 60_000, ...who }, 0);
  expect(lease).toMatchObject({ owner });
  expect(told).toEqual(tokens);
  expect(await pools.waiting(at)).toEqual([]);
});
