// What pools do where answers are lost. What they do where who grants dies is in pools.property.test.ts.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openLedger } from '../../lib/ledger/index.ts';
import type { Aws } from '../../lib/support/aws-call.ts';
import { losesAnswers } from '../broken-calls.ts';
import { openServices, type TestServices } from '../services.ts';

let services: TestServices;
beforeAll(async () => {
  services = await openServices();
});
afterAll(() => services.close());

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
