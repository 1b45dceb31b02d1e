// Backfills in virtual time: planned and asked for by the command, carried out by the operators on the local engine.
import { afterEach, expect, test } from '@jest/globals';
import { dispatch } from '../../lib/operators/index.ts';
import { type BackfillRecord, statesOf } from '../../lib/records/index.ts';
import { PermanentError } from '../../lib/support/run-errors.ts';
import { type Four, four, openFour } from './daily-four.ts';

let world: Four;
afterEach(() => world.bench.close());

const days = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, day) => new Date(Date.UTC(2025, 11, 1 + day)).toISOString().slice(0, 10));
const range = (count: number): readonly string[] => ['--from', '2025-12-01', '--to', days(count).at(-1) ?? ''];

/** Asks for it as a person does, and lets it go on until nothing of it is under way any more. */
const go = async (...words: readonly string[]): Promise<BackfillRecord> => {
  const asked = await world.heddle('backfill', ...words, '--go', '--no-wait', '--json');
  expect(asked).toMatchObject({ code: 0 });
  return world.bench.backfill(JSON.parse(asked.stdout).backfill);
};
const planOf = async (...words: readonly string[]) => {
  const { stdout } = await world.heddle('backfill', ...words, '--json');
  const lines = stdout.split('\n').filter(Boolean);
  return lines.map((line): { [field: string]: unknown } => JSON.parse(line));
};
const brief = async (...words: readonly string[]) =>
  (await planOf(...words)).map(({ pipeline, partition, now, refused }) => `${pipeline} ${partition} ${refused ?? now}`);

test('30 days of four pipelines: each once, after what it is made from, five at once', async () => {
  world = await openFour();
  const words = ['report', ...range(30), '--upstream'];
  const plan = await world.heddle('backfill', ...words);
  expect({ ...plan, stdout: plan.stdout.replaceAll(/\$0\.0\d+/g, '$0.0####') }).toEqual({
    code: 0,
    stdout: `step  pipeline   runs  partitions                now      a run takes       est. cost
────  ─────────  ────  ────────────────────────  ───────  ────────────────  ─────────
   1  collect      30  2025-12-01 to 2025-12-30  missing  1.2 s (estimate)   $0.0####
   2  sentiment    30  2025-12-01 to 2025-12-30  missing  1.2 s (estimate)   $0.0####
   2  trends       30  2025-12-01 to 2025-12-30  missing  1.2 s (estimate)   $0.0####
   3  report       30  2025-12-01 to 2025-12-30  missing  1.2 s (estimate)   $0.0####

120 runs, 5 at once, about 29 s, about $0.0#### at list prices in AWS
`,
    stderr: '\nNothing is done yet: add --go.\n',
  });
  const backfill = await go(...words);
  expect(backfill).toMatchObject({ status: 'completed', states: 'c'.repeat(120), endedAt: expect.any(String) });
  const runs = await world.runs();
  expect(runs.map(({ pipeline, partition }) => `${pipeline} ${partition}`).sort()).toEqual(
    four.flatMap(({ name }) => days(30).map((day) => `${name} ${day}`)).sort(),
  );
  for (const run of runs) {
    expect(run).toMatchObject({ status: 'completed', trigger: { kind: 'backfill' }, backfill: backfill.id });
    for (const above of Object.values(run.upstream)) {
      const read = runs.find((each) => each.run === above.run && each.pipeline === above.pipeline);
      expect(String(read?.endedAt) <= run.createdAt).toBe(true);
    }
  }
  // What is in order is not done again, and the same plan is the same backfill.
  expect(await world.heddle('backfill', ...words)).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('Nothing'),
  });
  const listed = await world.heddle('backfills');
  expect(listed.stdout).toContain(`${backfill.id}  completed  report 2025-12-01 to 2025-12-30, with upstream`);
}, 240_000);

test('what fails keeps what needs it from starting, and nothing else; resumed, it goes on', async () => {
  let broken = true;
  world = await openFour({
    judging: ({ day }: { day: string }) => {
      if (broken && day === '2025-12-02') throw new PermanentError('no model');
      return { score: 1, prompt: 'v4' };
    },
  });
  const backfill = await go('report', ...range(3), '--upstream');
  expect(backfill).toMatchObject({ status: 'failed' });
  const { stdout, code } = await world.heddle('backfills', backfill.id);
  expect(code).toBe(1);
  expect(stdout).toContain('10 of 12 completed, 1 failed, 1 not started, as what they need failed');
  expect(stdout).toMatch(/sentiment {2}2025-12-02 {2}2025-12-02-\w+ {2}judging failed: Heddle.Permanent: no model/);
  expect(await brief('report', ...range(3), '--upstream')).toEqual([
    'sentiment 2025-12-02 failed',
    'report 2025-12-02 missing',
  ]);
  expect(await brief('report', ...range(3))).toEqual(['report 2025-12-02 sentiment is failed: add --upstream']);
  broken = false;
  const failed = (await world.runs()).find(({ status }) => status === 'failed');
  if (!failed) throw new Error('none failed');
  const over = world.bench.backfillRests(backfill.id);
  await world.bench.resume(failed, { again: ['judging'], below: [], items: {} });
  expect(await over).toMatchObject({ status: 'completed', states: 'c'.repeat(12) });
});

test('paused, nothing further starts; resumed, it goes on; cancelled, it is over', async () => {
  world = await openFour();
  const asked = await world.heddle(
    'backfill',
    'collect',
    ...range(6),
    '--concurrency',
    '2',
    '--go',
    '--no-wait',
    '--json',
  );
  const { backfill: id } = JSON.parse(asked.stdout);
  expect(await world.heddle('backfills', 'pause', id)).toMatchObject({ code: 0 });
  const paused = await world.bench.backfill(id);
  expect(paused).toMatchObject({ status: 'paused', states: '......' });
  expect(await world.heddle('backfills', 'pause', id)).toMatchObject({ stderr: `${id} is paused already\n` });
  expect(await brief('collect', ...range(1))).toEqual([`collect 2025-12-01 it is in the backfill ${id}`]);
  expect(await world.heddle('backfills', 'resume', id, '--no-wait')).toMatchObject({ code: 0 });
  expect(await world.bench.backfill(id)).toMatchObject({ status: 'completed', states: 'cccccc' });
  expect(await world.heddle('backfills', 'cancel', id)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`HDL696 the backfill ${id} is completed`),
  });
  const second = await world.heddle('backfill', 'trends', ...range(2), '--go', '--no-wait', '--json');
  const other = JSON.parse(second.stdout).backfill;
  expect(await world.heddle('backfills', 'cancel', other)).toMatchObject({ code: 0 });
  expect(await world.bench.backfill(other)).toMatchObject({
    status: 'cancelled',
    states: '..',
    endedAt: expect.any(String),
  });
  // Nothing of it was started, so that the plan is the same: it is another backfill all the same.
  const again = await world.heddle('backfill', 'trends', ...range(2), '--go', '--no-wait', '--json');
  const third = JSON.parse(again.stdout).backfill;
  expect(third).not.toBe(other);
  expect(await world.bench.backfill(third)).toMatchObject({ status: 'completed', states: 'cc' });
});

test('only what was made by prompt v3 with a score under 0.7, and what is made from it', async () => {
  let prompt = 'v3';
  world = await openFour({
    judging: ({ day }: { day: string }) => ({ score: day < '2025-12-03' ? 0.5 : 0.9, prompt }),
  });
  await go('report', ...range(4), '--upstream');
  prompt = 'v4';
  const where = ['--where', 'prompt=v3 and score<0.7'];
  expect(await brief('sentiment', ...range(4), ...where)).toEqual([
    'sentiment 2025-12-01 completed',
    'sentiment 2025-12-02 completed',
  ]);
  const { stdout } = await world.heddle('backfill', 'sentiment', ...range(4), ...where);
  expect(stdout).toContain('report reads from these and will not start by itself');
  await go('sentiment', ...range(4), ...where);
  expect(await brief('sentiment', ...range(4), ...where)).toEqual([]);
  const follows = ['report 2025-12-01 stale', 'report 2025-12-02 stale'];
  expect(await brief('report', ...range(4), '--only', 'stale')).toEqual(follows);
  expect(await brief('report', ...range(4), '--upstream')).toEqual(follows);
  expect(await world.heddle('backfill', 'sentiment', ...range(4), '--where', 'scor<0.7')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/HDL695 none of the 4 runs has a field 'scor'.*did you mean score\?/),
  });
});

test('a partition that somebody else starts meanwhile is not run twice', async () => {
  world = await openFour();
  const asked = await world.heddle('backfill', 'collect', ...range(2), '--go', '--no-wait', '--json');
  const byHand = {
    kind: 'manual',
    pipeline: 'collect',
    id: 'mine',
    partition: '2025-12-01',
    input: {},
    by: 'me',
  } as const;
  const outcome = await dispatch(byHand, world.bench.services);
  await world.bench.look('collect', 'run' in outcome ? outcome.run : '');
  const backfill = await world.bench.backfill(JSON.parse(asked.stdout).backfill);
  expect(statesOf(backfill.states)).toEqual(['completed', 'completed']);
  const runs = (await world.runs()).map(({ partition, trigger }) => `${partition} ${trigger.kind}`);
  expect(runs.sort()).toEqual(['2025-12-01 manual', '2025-12-02 backfill']);
});

test.each([
  ['a range outside the partitions', ['collect', '--from', '2024-12-01'], 'HDL691', 'is before the first, 2025-01-01'],
  ['reversed', ['collect', '--from', '2025-12-02', '--to', '2025-12-01'], 'HDL691', 'before it begins with 2025-12-02'],
  ['not due', ['collect', '--to', '2026-02-01'], 'HDL691', 'Fix: --to 2025-12-31'],
  ['no date', ['collect', '--from', 'monday'], 'HDL691', "'monday' is not a day such as"],
  ['an unknown pipeline', ['colect'], 'HDL606', 'did you mean collect?'],
  ['an unknown state', ['collect', '--only', 'stal'], 'HDL603', 'did you mean stale?'],
  ['a claim without an end', ['collect', '--where', 'score <'], 'HDL694', 'has its end where it cannot be read'],
  ['a claim that is none', ['collect', '--where', '(a=1'], 'HDL694', "expected a ')'"],
])('%s is refused', async (_, words, code, text) => {
  world = await openFour();
  const said = await world.heddle('backfill', ...words);
  expect(said).toMatchObject({ code: 2, stderr: expect.stringContaining(code) });
  expect(said.stderr).toContain(text);
});

test('an unknown backfill is refused', async () => {
  world = await openFour();
  expect(await world.heddle('backfills', 'resume', 'nope')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("HDL693 there is no backfill 'nope'"),
  });
});
