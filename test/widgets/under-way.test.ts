// The first widget on a ledger with as many runs under way as it counts, and with one more.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { showWidget } from '../../lib/widgets/index.ts';
import { runRecord } from '../cli/recorded.ts';
import { openWorkshop, type Workshop } from '../operators/workshop.ts';

let workshop: Workshop;

beforeAll(async () => {
  workshop = await openWorkshop();
  await workshop.local.service('ssm').call('PutParameter', {
    Name: '/heddle/heddle',
    Type: 'String',
    Value: JSON.stringify({ orchestrator: 'heddle', pipelines: ['orders'] }),
  });
});
afterAll(() => workshop.local.close());

test('it says that there are more where there are', async () => {
  const endpoints = { show: 'arn:show', act: 'arn:act', orchestrator: 'heddle' };
  const show = () => showWidget({}, workshop.services, endpoints);
  const open = Array.from({ length: 101 }, (_, n) => runRecord('orders', `r${n}`, { status: 'pending' }));
  const create = (some: typeof open) => Promise.all(some.map((run) => workshop.local.ledger.runs.create(run)));
  await create(open.slice(0, 100));
  expect(await show()).toContain('100 runs under way');
  await create(open.slice(100));
  expect(await show()).toContain('100 runs or more under way');
});
