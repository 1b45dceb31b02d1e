// A message that a person mended is looked at before it is sent.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orders } from './orders.ts';
import { openRecorded, type Recorded } from './recorded.ts';

let recorded: Recorded;
beforeAll(async () => {
  recorded = await openRecorded({ manifests: [{ pipeline: 'orders' }], pipelines: [orders] });
  const { ledger } = recorded;
  for (const [id, attributes] of [
    ['plain', {}],
    ['event', { RULE_ARN: 'arn:aws:events:us-east-1:123456789012:rule/heddle-orders-on-1' }],
  ] as const)
    await ledger.lostStarts.record({
      id,
      trigger: 'not a start message',
      error: 'Heddle.Permanent',
      cause: 'HDL446',
      attempts: 1,
      firstAt: '2026-01-01T00:00:00.000Z',
      lastAt: '2026-01-01T00:00:00.000Z',
      message: { kind: 'inline', json: '"nonsense"' },
      attributes,
    });
});
afterAll(() => recorded.close());

const manual = { kind: 'manual', pipeline: 'orders', id: 'a', by: 'ada' };

test.each([
  ['plain', 'nonsense', '--message is not JSON'],
  ['plain', '{}', '--message is no start message: its kind is missing'],
  ['plain', JSON.stringify(manual), '--message is no start message: a manual message without input'],
  ['plain', JSON.stringify({ ...manual, input: {} }), '--message breaks the contract of orders: '],
  ['plain', JSON.stringify({ ...manual, input: { day: '2026-01-01' } }), 'sent to start its run'],
  ['event', '{"detail-type":"Order","detail":{}}', 'sent to start its run'],
])('%s: %s', async (id, message, says) => {
  const { code, stdout } = await recorded.heddle('dead-letters', 'replay', `start/${id}`, '--message', message);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(says) });
});
