import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { type ApproveOptions, definePipeline, defineStage, eq } from '../../lib/definition/index.ts';
import { openLedger } from '../../lib/ledger/index.ts';
import { answer as answerOperator, type Services } from '../../lib/operators/index.ts';
import { type Bench, openBench } from './bench.ts';

let bench: Bench;
afterEach(() => bench.close());

const anything = z.looseObject({});
const draft = defineStage('draft', { input: anything, output: z.object({ headline: z.string() }) });
const [publish, withdraw] = ['publish', 'withdraw'].map((name) =>
  defineStage(name, { input: anything, output: anything }),
);
if (!publish || !withdraw) throw new Error('two stages were named');
const verdict = z.object({ approved: z.boolean(), note: z.string().default('none') });

const asking = (options: Partial<ApproveOptions<typeof verdict>> = {}) =>
  definePipeline('asking', { input: anything }, (flow) => {
    const { headline } = flow.task(draft, {});
    const answer = flow.approve('release', {
      prompt: 'Publish it?',
      show: { headline },
      answer: verdict,
      timeout: '3d',
      ...options,
    });
    flow.choose(
      eq(answer.approved, true),
      () => flow.task(publish, { note: answer.note }),
      () => flow.task(withdraw, {}),
      { id: 'approved' },
    );
  });
const handlers = { draft: () => ({ headline: 'Sales are up' }) };
const hour = 3_600;
const wanted = () => bench.events.filter(({ type }) => type === 'Heddle Answer Wanted');

test('a person is asked, answers after a day, and the run goes on with the typed answer', async () => {
  bench = await openBench([asking()], handlers);
  let during: unknown;
  let result: unknown;
  bench.later(24 * hour, async () => {
    const [run] = await bench.local.ledger.runs.latest('asking', 1);
    during = await bench.local.ledger.stages.get({ pipeline: 'asking', run: run?.run ?? '', stage: 'release' });
    result = await bench.answer('asking', 'release', { approved: true });
  });
  const { run, stages, seconds, output } = await bench.run('asking');
  expect(result).toEqual({ kind: 'answered' });
  expect(during).toMatchObject({ status: 'waiting', until: '2026-01-04T00:00:00.000Z' });
  expect([run.status, seconds]).toEqual(['completed', 24 * hour]);
  expect(stages.release).toMatchObject({
    status: 'completed',
    answered: { by: 'ada', at: '2026-01-02T00:00:00.000Z' },
  });
  expect(await output('release')).toEqual({ approved: true, note: 'none' });
  expect(await output('publish')).toEqual({ note: 'none' });
  expect(stages.withdraw).toMatchObject({ status: 'skipped' });
  expect(wanted()).toEqual([
    {
      type: 'Heddle Answer Wanted',
      detail: expect.objectContaining({
        stage: 'release',
        prompt: 'Publish it?',
        shown: '{"headline":"Sales are up"}',
        until: '2026-01-04T00:00:00.000Z',
        command: `npx heddle answer ${run.run} release --json '{…}'`,
        wants: 'approved: boolean, note: string',
      }),
    },
  ]);
});

test('nobody answers: the default, or the stage fails', async () => {
  bench = await openBench([asking({ default: { approved: false, note: 'late' } })], handlers);
  const late = await bench.run('asking');
  expect([late.run.status, late.seconds]).toEqual(['completed', 72 * hour]);
  expect(await late.output('release')).toEqual({ approved: false, note: 'late' });
  expect(late.stages.withdraw).toMatchObject({ status: 'completed' });
  expect(await answers(late.run.run)).toMatchObject([{ by: 'nobody in time: the default' }]);
  const again = await bench.resume(late.run, { again: ['release'], below: [], items: {} });
  expect(again.run.status).toBe('completed');
  expect((await answers(late.run.run)).map(({ id }) => id)).toEqual([
    'answered#release#default',
    'answered#release#default#2',
  ]);
  await bench.close();

  bench = await openBench([asking()], handlers);
  const failed = await bench.run('asking');
  expect([failed.run.status, failed.seconds]).toEqual(['failed', 72 * hour]);
  expect(failed.stages.release).toMatchObject({
    status: 'failed',
    error: 'Heddle.Unanswered',
    cause: 'nobody answered until 2026-01-04T00:00:00.000Z',
  });
  expect(await bench.answer('asking', 'release', { approved: true })).toMatchObject({
    kind: 'refused',
    code: 'HDL421',
    found: 'release waits no longer: it is failed',
  });
});

test('with a heartbeat, somebody is asked again until they answer or the time is over', async () => {
  bench = await openBench([asking({ heartbeat: '1d' })], handlers);
  const { run } = await bench.run('asking');
  expect(run.status).toBe('failed');
  expect(wanted()).toHaveLength(3);
});

test('an answer that does not fit is refused, and so is a second one', async () => {
  bench = await openBench([asking()], handlers);
  const results: unknown[] = [];
  bench.later(hour, async () => {
    results.push(await bench.answer('asking', 'release', { approved: 'yes' }, 'a'));
    results.push(await bench.answer('asking', 'relase', { approved: true }, 'b'));
    results.push(await bench.answer('asking', 'release', { approved: false }, 'c'));
    results.push(await bench.answer('asking', 'release', { approved: false }, 'c')); // the CLI sends it again
    results.push(await bench.answer('asking', 'release', { approved: true }, 'd'));
  });
  const { output } = await bench.run('asking');
  expect(results).toMatchObject([
    { kind: 'refused', code: 'HDL422', found: expect.stringContaining('expected boolean') },
    { kind: 'refused', code: 'HDL420', expected: 'one of its open questions: release' },
    { kind: 'answered' },
    { kind: 'answered' },
    { kind: 'refused', code: 'HDL421', found: 'release was answered before, at 2026-01-01T01:00:00.000Z by ada' },
  ]);
  expect(await output('release')).toEqual({ approved: false, note: 'none' });
});

/** The services of an operator that dies once it has recorded the answer. */
const dying = (services: Services): Services => {
  const aws: Services['aws'] = {
    ...services.aws,
    call: (service, operation, input) =>
      operation === 'SendTaskSuccess' || operation === 'PutItem'
        ? Promise.reject(new Error('the Lambda was killed'))
        : services.aws.call(service, operation, input),
  };
  return { ...services, aws, ledger: openLedger(aws, { table: 'ledger', payloadBucket: 'payloads' }) };
};
const answers = async (run: string) =>
  (await bench.local.ledger.audit.list('asking', run)).filter(({ what }) => what === 'answered');

test.each([
  ['at the timeout', {}, 72],
  ['at the next asking', { heartbeat: '2h' as const }, 2],
])('an answer that was recorded and not delivered counts %s', async (_, options, hours) => {
  bench = await openBench([asking({ default: { approved: false, note: 'late' }, ...options })], handlers);
  bench.later(hour, async () => {
    const [run] = await bench.local.ledger.runs.latest('asking', 1);
    const call = { pipeline: 'asking', run: run?.run ?? '', stage: 'release', by: 'ada', id: 'x' };
    await expect(answerOperator({ ...call, answer: { approved: true } }, dying(bench.services))).rejects.toThrow(
      'killed',
    );
  });
  const { run, seconds, output } = await bench.run('asking');
  expect(run.status).toBe('completed');
  expect(Math.floor(seconds / hour)).toBe(hours);
  expect(await output('release')).toEqual({ approved: true, note: 'none' });
  expect(await answers(run.run)).toMatchObject([{ by: 'ada', detail: 'release: {"approved":true,"note":"none"}' }]);
});

test('sent again after such a crash, it is delivered', async () => {
  bench = await openBench([asking()], handlers);
  bench.later(hour, async () => {
    const [run] = await bench.local.ledger.runs.latest('asking', 1);
    const call = { pipeline: 'asking', run: run?.run ?? '', stage: 'release', by: 'ada', id: 'x' };
    const sent = { ...call, answer: { approved: true } };
    await expect(answerOperator(sent, dying(bench.services))).rejects.toThrow('killed');
    expect(await answerOperator(sent, bench.services)).toEqual({ kind: 'answered' });
  });
  expect(await bench.run('asking')).toMatchObject({ run: { status: 'completed' }, seconds: hour });
});

test('nobody is asked what can no longer be shown', async () => {
  bench = await openBench([asking()], {
    draft: () => {
      throw Object.assign(new Error('no'), { name: 'Heddle.Permanent' });
    },
  });
  const { stages, seconds } = await bench.run('asking');
  expect([stages.release?.status, stages.release?.reason, seconds]).toEqual(['skipped', 'draft is failed', 0]);
  expect(wanted()).toEqual([]);
});
