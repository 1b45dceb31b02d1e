// A month of a whole template in virtual time: schedules, rules, queues, operators, machines and stages as they are deployed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openTestApp, type TestApp } from '../../../lib/cli/index.ts';
import type { RunRecord } from '../../../lib/records/index.ts';
import { monthly } from './pipelines.ts';
import { synthesize } from './synth.ts';

const folder = mkdtempSync(join(tmpdir(), 'heddle-month-'));
let app: TestApp;
beforeAll(async () => {
  const assembly = synthesize(join(folder, 'cdk.out'), monthly);
  app = await openTestApp({ assembly, at: '2026-01-01T00:00:00Z' });
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

const runsOf = (pipeline: string): Promise<readonly RunRecord[]> => app.ledger.runs.latest(pipeline, 1_000);
const daysUpTo = (days: number): readonly string[] =>
  Array.from({ length: days }, (_, day) => new Date(Date.UTC(2025, 11, 31 + day)).toISOString().slice(0, 10));

test('each day has one run of each pipeline, when it was due, begun when what it reads was complete', async () => {
  await app.advanceTo('2026-01-15T02:29:59Z');
  expect(await runsOf('report')).toHaveLength(14);
  await app.advanceTo('2026-02-01T00:00:00Z');
  const all = (await Promise.all(monthly.map(({ name }) => runsOf(name)))).flat();
  for (const { name } of monthly) {
    const own = all.filter(({ pipeline }) => pipeline === name);
    expect(own.map(({ partition }) => partition).sort()).toEqual(daysUpTo(31));
    expect(new Set(own.map(({ status }) => status))).toEqual(new Set(['completed']));
    // The day is over, and its time of night has come.
    const late = own.filter(({ partition, createdAt }) => {
      const due = Date.parse(`${partition}T02:30:00Z`) + 86_400_000;
      return Math.abs(Date.parse(createdAt) - due) > 60_000;
    });
    expect(late).toEqual([]);
  }
  const endOf = new Map(all.map(({ pipeline, run, endedAt }) => [`${pipeline} ${run}`, endedAt ?? '']));
  const early = all.filter(({ upstream, createdAt }) =>
    Object.values(upstream).some((above) => (endOf.get(`${above.pipeline} ${above.run}`) ?? '9') > createdAt),
  );
  expect(early).toEqual([]);
});

test('sweeps come as soon as a run is open: one that nobody started begins', async () => {
  const run = 'left-behind';
  await app.ledger.runs.create({
    pipeline: 'collect',
    run,
    partition: '2026-01-31',
    slice: { key: '2026-01-31' },
    status: 'pending',
    trigger: { kind: 'manual', identity: run, detail: 'a dispatcher that died' },
    input: await app.ledger.payloads.store('collect', {}),
    upstream: {},
    createdAt: app.engine.now(),
  });
  await app.advanceTo('2026-02-01T00:09:59Z');
  expect(await app.ledger.runs.get('collect', run)).toMatchObject({ status: 'pending' });
  await app.advanceTo('2026-02-01T00:15:00Z');
  expect(await app.ledger.runs.get('collect', run)).toMatchObject({ status: 'completed' });
});
