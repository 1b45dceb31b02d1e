// Backfills beyond the same key: other partitions of what is above, what was dropped before anybody asked, and what cannot be.
import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import type { Target } from '../../lib/cli/target.ts';
import { followWhatFollows } from '../../lib/cli/what-follows.ts';
import {
  by,
  daily,
  definePipeline,
  defineStage,
  from,
  hourly,
  keys,
  lastDays,
  objectDropped,
  type Pipeline,
  withTrials,
} from '../../lib/definition/index.ts';
import { type Four, four, openFour } from './daily-four.ts';

let world: Four;
afterEach(() => world.bench.close());

const [collect] = four;
if (!collect) throw new Error('there is no collect');
const named = z.object({ key: z.string() });
const taking = defineStage('taking', { input: named, output: named });
const week = definePipeline(
  'week',
  {
    input: z.object({}),
    partitions: daily({ from: '2025-01-10' }),
    upstream: { collect: from(collect as Pipeline, { map: lastDays(7) }) },
  },
  (flow) => flow.task(taking, { key: flow.partition.key }),
);
const dropped = z.object({ bucket: z.string(), key: z.string() });
const drops = definePipeline(
  'drops',
  {
    input: dropped,
    partitions: withTrials(by({ day: daily({ from: '2025-12-01' }), source: keys(['web', 'shop']) })),
    triggers: [objectDropped('drops/{day}/{source}/*.csv'), objectDropped('trials/{partition}/*')],
  },
  (flow) => flow.task(taking, { key: flow.input.key }),
);
const loose = definePipeline('loose', { input: z.object({}) }, (flow) => flow.task(taking, { key: flow.run.id }));
const hours = definePipeline('hours', { input: z.object({}), partitions: hourly({ from: '2023-01-01' }) }, (flow) =>
  flow.task(taking, { key: flow.run.id }),
);

const go = async (...words: readonly string[]) => {
  const asked = await world.heddle('backfill', ...words, '--go', '--no-wait', '--json');
  expect(asked).toMatchObject({ code: 0 });
  return world.bench.backfill(JSON.parse(asked.stdout).backfill);
};

test('the last 7 days of what is above come first, and each once, however many read them', async () => {
  world = await openFour({}, [week]);
  const backfill = await go('week', '--from', '2025-12-08', '--to', '2025-12-10', '--upstream');
  expect(backfill).toMatchObject({ status: 'completed', states: 'c'.repeat(12) }); // 9 days, of which three weeks
  const runs = await world.runs();
  const days = (pipeline: string) =>
    runs
      .filter((run) => run.pipeline === pipeline)
      .map(({ partition }) => partition.slice(8))
      .sort();
  expect(days('collect')).toEqual(['02', '03', '04', '05', '06', '07', '08', '09', '10']);
  expect(days('week')).toEqual(['08', '09', '10']);
  for (const run of runs.filter(({ pipeline }) => pipeline === 'week')) {
    const read = run.upstreamLists?.collect ?? [];
    expect(read).toHaveLength(7);
    const ends = read.map((above) => runs.find((each) => each.run === above.run)?.endedAt ?? '9');
    expect(ends.filter((end) => end > run.createdAt)).toEqual([]);
  }
});

test('a run gets what lies in the inbox for its partition, the newest of it', async () => {
  world = await openFour({}, [drops]);
  const { aws } = world.bench.services;
  for (const key of [
    '2025-12-01/web/a.csv',
    '2025-12-01/web/b.csv',
    '2025-12-01/web/c.txt',
    '2025-12-02/shop/a & b.csv',
  ])
    expect((await aws.object('PUT', 'inbox', `drops/${key}`, { body: key })).status).toBe(200);
  const words = ['drops', '--from', '2025-12-01', '--to', '2025-12-02'];
  const { code, stdout } = await world.heddle('backfill', ...words);
  expect(code).toBe(0);
  expect(stdout).toContain(
    'Not in it, though asked for (2):\n  drops 2025-12-01|shop, 2025-12-02|web: nothing was dropped for it; drop it, or say with --input',
  );
  expect(await go(...words)).toMatchObject({ status: 'completed', states: 'cc' });
  const { payloads } = world.bench.local.ledger;
  const inputs = await Promise.all((await world.runs()).map(({ input }) => payloads.load(input)));
  expect(inputs.map((input) => (input as { key: string }).key).sort()).toEqual([
    'drops/2025-12-01/web/b.csv',
    'drops/2025-12-02/shop/a & b.csv',
  ]);
});

test('the calendar shows what was run where nothing of late was, and says what lies outside of it', async () => {
  world = await openFour({}, [drops]);
  await world.bench.run('drops', { bucket: 'inbox', key: 'x' }, 'demo');
  const early = await world.heddle('partitions', 'drops');
  expect(early.stdout).toContain('62 missing');
  await go('collect', '--from', '2025-02-01', '--to', '2025-02-03');
  const { stdout } = await world.heddle('partitions', 'collect');
  expect(stdout).toMatch(/^2025-01-27 [ ·]+✓ {4}✓$/m);
  expect(stdout).toContain('All that come after these are missing, up to 2025-12-31: --to 2025-12-31 shows them.');
  await go('collect', '--from', '2025-12-30', '--to', '2025-12-31');
  const newest = await world.heddle('partitions', 'collect');
  expect(newest.stdout).toContain('✓ 2 completed');
  expect(newest.stdout).toContain('Earlier ones were run, from 2025-02-01 on: --from 2025-02-01 shows them.');
});

test.each([
  ['a pipeline that takes any key', ['loose'], 'HDL690', 'loose does not say which partitions it has'],
  ['too many at once', ['hours'], 'HDL692', 'the plan has 26,304 runs; expected at most 20,000 in one backfill'],
  ['a partition that there is not', ['drops', '--from', '2025-11-30'], 'HDL691', 'is before the first, 2025-12-01'],
])('%s is refused', async (_, words, code, text) => {
  world = await openFour({}, [loose, hours, drops]);
  const said = await world.heddle('backfill', ...words);
  expect(said).toMatchObject({ code: 2, stderr: expect.stringContaining(code) });
  expect(said.stderr).toContain(text);
});

test('pipelines whose partitions do not go together any more are told', async () => {
  world = await openFour();
  const ssm = world.bench.local.service('ssm');
  const Name = '/heddle/heddle/collect';
  const { Parameter } = await ssm.call('GetParameter', { Name });
  const manifest = JSON.parse((Parameter as { Value: string }).Value);
  const Value = JSON.stringify({ ...manifest, partitions: keys(['web']) });
  await ssm.call('PutParameter', { Name, Value, Type: 'String', Overwrite: true });
  expect(await world.heddle('backfill', 'report', '--upstream')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^HDL697 the partitions of \w+ and of collect do not go together: /),
  });
});

test('a run of a backfill that was mended leads to nothing by itself, so nobody waits for its readers', async () => {
  world = await openFour();
  await go('collect', '--from', '2025-12-01', '--to', '2025-12-01');
  const mended = await world.runs();
  const { local, services } = world.bench;
  const target = {
    aws: services.aws,
    ledger: local.ledger,
    manifest: { pipelines: four.map(({ name }) => name) },
    pipeline: (name: string) => services.manifests.of(name),
  } as unknown as Target; // what it reads of it
  const outlet = { isTerminal: false, width: 80, height: 24, write: () => undefined };
  expect(mended).toMatchObject([{ pipeline: 'collect', backfill: expect.any(String) }]);
  expect(await followWhatFollows(target, mended, { outlet, now: services.now })).toEqual({ ended: [], missing: [] });
});
