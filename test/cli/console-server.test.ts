// Addresses that a person may have typed, and names from anywhere: each is answered with a page, that holds them as text.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readArguments } from '../../lib/cli/arguments.ts';
import { runs } from '../../lib/cli/commands/runs.ts';
import { type ConsoleServer, openConsole } from '../../lib/cli/console/index.ts';
import { openTarget } from '../../lib/cli/target.ts';
import { openRecorded, type Recorded, runRecord } from './recorded.ts';
import { testSetting } from './setting.ts';

const evil = '<img src=x>"\'&amp;';
const long = 'x'.repeat(3_000);
let recorded: Recorded;
let served: ConsoleServer;
beforeAll(async () => {
  recorded = await openRecorded({ manifests: [{ pipeline: 'orders', stages: ['score'] }] });
  const ended = { status: 'failed', endedAt: '2026-01-01T00:00:05.000Z', error: evil, cause: evil } as const;
  await recorded.ledger.runs.create(runRecord('orders', 'r1', { ...ended, partition: evil }));
  const environment = {
    AWS_ENDPOINT_URL: recorded.services.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  const { setting } = testSetting([], { environment });
  const target = await openTarget(readArguments(runs, []), setting, 'none');
  served = await openConsole({ target, setting, port: 0 });
});
afterAll(async () => {
  await served.close();
  await recorded.close();
});

const asked: readonly (readonly [path: string, status: number])[] = [
  ['/runs', 200],
  ['/runs/orders/r1', 200],
  [`/runs/orders/${long}`, 404],
  ['/runs/orders/', 404],
  [`/runs/orders/r1/stages/${encodeURIComponent(evil)}`, 404],
  [`/dead-letters/orders/${long}/score`, 404],
  ['/backfills/', 404],
  [`/search?q=${encodeURIComponent(evil)}`, 200],
  [`/lineage?artifact=orders/${long}`, 404],
  [`/lineage?artifact=${encodeURIComponent(`orders/${evil}`)}`, 404],
  ['/pipelines/orders/partitions?from=2026-01-01', 422],
  [`/do/cancel?pipeline=orders&run=${encodeURIComponent(evil)}`, 422],
];

test.each(asked.map(([path, status]) => [path.slice(0, 60), path, status] as const))('%s', async (_, path, status) => {
  const response = await fetch(`${served.address}${path}`);
  const text = await response.text();
  expect({ status: response.status, isBroken: /<img|HDL60[08]/.test(text) }).toEqual({ status, isBroken: false });
});
