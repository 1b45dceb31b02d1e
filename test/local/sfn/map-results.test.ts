// What a ResultWriter writes. https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html; fields, order and
// what a Map Run writes that fails are as AWS was recorded to do it by radkawar/stackd (testdata/aws/stepfunctions, 2026-09-24).
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { s3Service } from '../../../lib/local/services/s3/index.ts';
import { steeredClock } from '../../../lib/local/virtual-clock.ts';
import { distributedMap } from './distributed-map.ts';
import { hang } from './engine.ts';
import { engineWithFiles } from './with-files.ts';

let stateDir: string;
beforeAll(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'sfn-results-'));
});
afterAll(() => rmSync(stateDir, { recursive: true }));

const toS3 = { Resource: 'arn:aws:states:::s3:putObject', Arguments: { Bucket: 'files', Prefix: 'out' } };

/** Each item says how long it waits, and whether it calls the function `work` then. */
const states = {
  W: { Type: 'Wait', Seconds: '{% $states.input.wait %}', Next: 'C' },
  C: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.works %}', Next: 'T' }], Default: 'P' },
  T: { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:111111111111:function:work', End: true },
  P: { Type: 'Pass', Output: '{% [$states.input.n] %}', End: true },
};
const machine = (more: object, type?: string) =>
  distributedMap(states, { MaxConcurrency: 2, ResultWriter: toS3, ...more }, type);

type Local = Awaited<ReturnType<typeof engineWithFiles>>;

const mapRunOf = async ({ call }: Local, executionArn: string) => {
  const { mapRuns } = await call('ListMapRuns', { executionArn });
  const [{ mapRunArn = '' } = {}] = mapRuns as { mapRunArn?: string }[];
  return { mapRunArn, folder: `out/${mapRunArn.split(':').at(-1)}` };
};

/** The manifest, and the results that it lists. */
const resultsIn = async ({ read }: Local, folder: string) => {
  const manifest = (await read(`${folder}/manifest.json`)) as {
    ResultFiles: Readonly<Record<string, readonly { Key: string; Size: number }[]>>;
  };
  const lists = Object.entries(manifest.ResultFiles).map(async ([status, files]) => {
    const results = await Promise.all(
      files.map(({ Key }) => read(Key) as Promise<{ Input: string; Status: string }[]>),
    );
    return [status, results.flat()] as const;
  });
  return { manifest, results: Object.fromEntries(await Promise.all(lists)) };
};

const items = [
  { n: 0, wait: 0 },
  { n: 1, wait: 8, works: true },
  { n: 2, wait: 30 },
  { n: 3, wait: 0 },
  { n: 4, wait: 0 },
].map((item) => ({ works: false, ...item }));

const failing = (): never => {
  throw new RangeError('no such thing');
};

test.each([
  ['STANDARD', 'execution'],
  ['EXPRESS', 'express'],
])(
  'a Map Run of %s children that fails writes what succeeded, failed, was stopped, and never began',
  async (type, arn) => {
    const local = await engineWithFiles({ stateDir, functions: { work: failing } });
    const executionArn = await local.start(await local.create(machine({ Items: items }, type)));
    const begun = local.clock.now();
    expect(await local.ended(executionArn)).toMatchObject({
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
      cause: 'The specified tolerated failure threshold was exceeded',
    });
    expect(local.clock.now() - begun).toBe(8_000);
    const { mapRunArn, folder } = await mapRunOf(local, executionArn);
    const { manifest, results } = await resultsIn(local, folder);
    const file = (name: string) => ({ Key: `${folder}/${name}_0.json`, Size: expect.any(Number) });
    expect(manifest).toEqual({
      DestinationBucket: 'files',
      MapRunArn: mapRunArn,
      ResultFiles: { FAILED: [file('FAILED')], PENDING: [file('PENDING')], SUCCEEDED: [file('SUCCEEDED')] },
    });
    const isRedrivable = type === 'STANDARD';
    const about = (item: unknown, stopped: string) => ({
      ExecutionArn: expect.stringContaining(`:${arn}:machine/each:`),
      Input: JSON.stringify(item),
      InputDetails: { Included: true },
      Name: expect.any(String),
      OutputDetails: { Included: true },
      RedriveCount: 0,
      ...(isRedrivable && { RedriveStatus: 'REDRIVABLE_BY_MAP_RUN' }),
      StartDate: '2026-01-01T00:00:00.000Z',
      StateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:machine/each',
      StopDate: `2026-01-01T00:00:${stopped}.000Z`,
    });
    const why = {
      RedriveStatus: 'NOT_REDRIVABLE',
      RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    };
    expect(results).toEqual({
      SUCCEEDED: [{ ...about(items[0], '00'), Output: '[0]', Status: 'SUCCEEDED', ...(isRedrivable && why) }],
      FAILED: [
        {
          ...about(items[1], '08'),
          Status: 'FAILED',
          Error: 'RangeError',
          Cause: expect.stringContaining('no such thing'),
        },
        {
          ...about(items[2], '08'),
          Status: 'ABORTED',
          Cause: `The map run execution [${mapRunArn}] which was managing this resource was aborted`,
        },
      ],
      PENDING: items.slice(3).map((item) => ({
        Input: JSON.stringify(item),
        InputDetails: { Included: true },
        Status: 'PENDING',
      })),
    });
    const counts = { total: 5, succeeded: 1, failed: 1, aborted: 1, pending: 2, running: 0, resultsWritten: 5 };
    expect(await local.call('DescribeMapRun', { mapRunArn })).toMatchObject({
      status: 'FAILED',
      itemCounts: counts,
      executionCounts: counts,
    });
    expect(
      (await local.history(executionArn)).map(({ type: event, previousEventId }) => `${previousEventId} ${event}`),
    ).toEqual([
      '0 ExecutionStarted',
      '0 MapStateEntered',
      '2 MapStateStarted',
      '3 MapRunStarted',
      '4 MapRunFailed',
      '5 MapStateFailed',
      '6 ExecutionFailed',
    ]);
  },
);

test('a redrive writes to a place of its own', async () => {
  let works = false;
  const work = (item: { n: number }): unknown => (works ? [item.n] : failing());
  const local = await engineWithFiles({ stateDir, functions: { work: work as never } });
  const executionArn = await local.start(await local.create(machine({ Items: items })));
  await local.ended(executionArn);
  works = true;
  await local.call('RedriveExecution', { executionArn });
  const { mapRunArn, folder } = await mapRunOf(local, executionArn);
  const Key = `${folder}/Redrive-1/manifest.json`;
  expect(await local.ended(executionArn)).toMatchObject({
    output: { MapRunArn: mapRunArn, ResultWriterDetails: { Bucket: 'files', Key } },
  });
  const { results } = await resultsIn(local, `${folder}/Redrive-1`);
  expect(results).toMatchObject({
    FAILED: [],
    PENDING: [],
    SUCCEEDED: items.map(({ n }) => ({
      Input: JSON.stringify(items[n]),
      Output: `[${n}]`,
      RedriveCount: n === 1 || n === 2 ? 1 : 0,
    })),
  });
  expect(Object.values((await resultsIn(local, folder)).results).flat()).toHaveLength(5); // as it was
});

test.each<[string, object, readonly string[]]>([
  ['NONE', { Transformation: 'NONE', OutputType: 'JSON' }, []],
  ['COMPACT', { Transformation: 'COMPACT', OutputType: 'JSON' }, ['[[0],[3]]']],
  ['FLATTEN, in lines, the last of which ends too', { Transformation: 'FLATTEN', OutputType: 'JSONL' }, ['0\n3\n']],
])('results of a map that succeeds: %s', async (_, WriterConfig, texts) => {
  const local = await engineWithFiles({ stateDir, functions: { work: failing } });
  const Items = [items[0], items[1], items[3]];
  const definition = machine({ Items, ToleratedFailureCount: 1, ResultWriter: { ...toS3, WriterConfig } });
  const executionArn = await local.start(await local.create(definition));
  const { mapRunArn, folder } = await mapRunOf(local, executionArn);
  expect(await local.ended(executionArn)).toMatchObject({
    output: { MapRunArn: mapRunArn, ResultWriterDetails: { Bucket: 'files', Key: `${folder}/manifest.json` } },
  });
  const { ResultFiles } = (await local.read(`${folder}/manifest.json`)) as {
    ResultFiles: Record<string, { Key: string }[]>;
  };
  const [succeeded, failed] = [ResultFiles.SUCCEEDED?.[0]?.Key ?? '', ResultFiles.FAILED?.[0]?.Key ?? ''];
  if (texts.length > 0) expect([await local.text(succeeded)]).toEqual(texts);
  else expect(await local.read(succeeded)).toMatchObject([{ Output: '[0]' }, { Output: '[3]', Status: 'SUCCEEDED' }]);
  expect(JSON.parse((await local.text(failed)).replace(/^\[|\]$/g, ''))).toMatchObject({
    Error: 'RangeError',
    Status: 'FAILED',
  });
});

test('where results cannot be written, the map fails of what it failed of, and says so', async () => {
  const local = await engineWithFiles({ stateDir, functions: { work: failing } });
  const ResultWriter = { ...toS3, Arguments: { Bucket: 'absent' } };
  expect(await local.run(machine({ Items: items, ResultWriter }))).toMatchObject({
    error: 'States.ExceedToleratedFailureThreshold',
    cause: expect.stringMatching(/threshold was exceeded. Its results could not be written: .*bucket does not exist/),
  });
});

test('a map that fails because its results cannot be written has written none', async () => {
  const local = await engineWithFiles({ stateDir });
  const ResultWriter = { ...toS3, Arguments: { Bucket: 'absent' } };
  const executionArn = await local.start(await local.create(machine({ Items: [items[0]], ResultWriter })));
  expect(await local.ended(executionArn)).toMatchObject({ error: 'States.ResultWriterFailed' });
  const { mapRunArn } = await mapRunOf(local, executionArn);
  const itemCounts = { total: 1, succeeded: 1, resultsWritten: 0 };
  expect(await local.call('DescribeMapRun', { mapRunArn })).toMatchObject({ status: 'FAILED', itemCounts });
});

test('an input that is too large to begin with is among those that did not begin', async () => {
  const local = await engineWithFiles({ stateDir, functions: { work: failing } });
  const made = `{% $append($states.input, {"n": $pad('', 262144, 'x'), "wait": 0, "works": false}) %}`;
  const executionArn = await local.start(await local.create(machine({ Items: made })), items.slice(0, 4));
  expect(await local.ended(executionArn)).toMatchObject({ error: 'States.ExceedToleratedFailureThreshold' });
  const { results } = await resultsIn(local, (await mapRunOf(local, executionArn)).folder);
  expect(results.PENDING?.map(({ Input }) => Input.length)).toEqual([
    JSON.stringify(items[3]).length,
    JSON.stringify({ n: 'x'.repeat(262_144), wait: 0, works: false }).length,
  ]);
});

test('an engine that goes down while they are written writes them after it; no further child begins', async () => {
  const database = join(stateDir, 'down.db');
  const written = Promise.withResolvers<void>();
  const never = (context: Parameters<typeof s3Service>[0]) => {
    const s3 = s3Service(context);
    const call: typeof s3.call = (operation, input) => {
      if (operation !== 'PutObject') return s3.call(operation, input);
      written.resolve();
      return new Promise(() => undefined);
    };
    return [{ ...s3, call }];
  };
  const first = await engineWithFiles({ stateDir, database, functions: { work: failing }, services: never });
  const executionArn = await first.start(await first.create(machine({ Items: items })));
  await written.promise;
  for (const end of ['', '-wal']) copyFileSync(`${database}${end}`, `${database}.killed${end}`);
  const second = await engineWithFiles({ stateDir, database: `${database}.killed`, functions: { work: hang } });
  expect(await second.ended(executionArn)).toMatchObject({ error: 'States.ExceedToleratedFailureThreshold' });
  const { mapRunArn, folder } = await mapRunOf(second, executionArn);
  const { results } = await resultsIn(second, folder);
  expect(told(results)).toEqual({ SUCCEEDED: [0], FAILED: [1, 2], PENDING: [3, 4] });
  expect((await second.call('ListExecutions', { mapRunArn })).executions).toHaveLength(3);
});

const START = Date.parse('2026-01-01T00:00:00Z');

/** The numbers of the items, by what became of them. */
const told = (results: Readonly<Record<string, readonly { Input: string }[]>>) =>
  Object.fromEntries(
    Object.entries(results).map(([status, list]) => [status, list.map(({ Input }) => JSON.parse(Input).n)]),
  );

test.each([
  ['STANDARD', { SUCCEEDED: [], FAILED: [0, 1, 2, 3], PENDING: [4] }],
  ['EXPRESS', { SUCCEEDED: [], FAILED: [1], PENDING: [0, 2, 3, 4] }], // of those that had not ended there is nothing
])('a Map Run of %s children that has failed when it is taken up again stops them', async (type, expected) => {
  const database = join(stateDir, `failed-${type}.db`);
  const waiting = [0, 1, 2, 3, 4].map((n) => ({ n, wait: n === 1 ? 0 : 200, works: n === 1 }));
  const more = { Items: waiting, MaxConcurrency: 3, ToleratedFailureCount: 1 };
  const clock = steeredClock(START);
  const first = await engineWithFiles({ stateDir, database, clock, functions: { work: failing } });
  const executionArn = await first.start(await first.create(machine(more, type)));
  await clock.advanceTo(START + 1_000);
  const { mapRunArn, folder } = await mapRunOf(first, executionArn);
  for (const end of ['', '-wal']) copyFileSync(`${database}${end}`, `${database}.killed${end}`);
  const killed = { stateDir, database: `${database}.killed`, functions: { work: hang } };
  const looking = await engineWithFiles({ ...killed, work: false });
  await looking.call('UpdateMapRun', { mapRunArn, toleratedFailureCount: 0 });
  await looking.close();

  const again = steeredClock(START + 1_000);
  const second = await engineWithFiles({ ...killed, clock: again, seed: 8 });
  await again.advanceTo(START + 2_000);
  expect(await second.call('DescribeExecution', { executionArn })).toMatchObject({
    error: 'States.ExceedToleratedFailureThreshold',
  });
  expect(told((await resultsIn(second, folder)).results)).toEqual(expected);
});

test('children that a redrive had yet to run again when it failed stay as they were', async () => {
  const local = await engineWithFiles({ stateDir, functions: { work: failing } });
  const release = local.clock.hold();
  const executionArn = await local.start(await local.create(machine({ Items: items.slice(1) })));
  for (let begun = 0; begun < 2; await new Promise(setImmediate)) {
    const { mapRunArn } = await mapRunOf(local, executionArn);
    if (mapRunArn === '') continue;
    begun = ((await local.call('ListExecutions', { mapRunArn })).executions as unknown[]).length;
    if (begun === 2) await local.call('UpdateMapRun', { mapRunArn, maxConcurrency: 1 });
  }
  release();
  await local.ended(executionArn);
  const { folder } = await mapRunOf(local, executionArn);
  await local.call('RedriveExecution', { executionArn });
  await local.ended(executionArn);
  const { results } = await resultsIn(local, `${folder}/Redrive-1`);
  expect(results).toMatchObject({
    SUCCEEDED: [],
    FAILED: [
      { Status: 'FAILED', RedriveCount: 1 },
      { Status: 'ABORTED', RedriveCount: 0 },
    ],
  });
});
