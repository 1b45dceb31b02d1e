// The fault matrix: green for what ships, red for what loses or doubles something.
import { expect, test } from '@jest/globals';
import { pipelines } from '../../bin/pipelines.ts';
import { environmentNames, type StageAnswer, type StageCall, stageKey } from '../../lib/records/index.ts';
import { awsSettings, stageHandler } from '../../lib/runtime/index.ts';
import { connect } from '../../lib/support/aws-call.ts';
import { type CellResult, runMatrix, type Wrapper } from '../../lib/verify/index.ts';
import { folded } from './folded.ts';
import { outside, reader } from './outside.ts';
import { quick } from './quick.ts';
import { items, verbs } from './verbs.ts';

const wrong = (cells: readonly CellResult[]) => cells.filter(({ result }) => result !== 'ok' && result !== 'none');

test.each(pipelines.map((pipeline) => [pipeline.name, pipeline] as const))(
  'every fault at every stage of %s ends as declared',
  async (_, pipeline) => {
    const cells = await runMatrix(pipeline);
    expect(wrong(cells)).toEqual([]);
    expect(cells.filter(({ result }) => result === 'ok').length).toBeGreaterThan(30);
  },
  120_000,
);

test('and so it does with every verb, and every way to bear a failure', async () => {
  const cells = await runMatrix(verbs);
  expect(wrong(cells)).toEqual([]);
  const marks = cells.flatMap((cell) => (cell.result === 'ok' ? [cell.mark] : []));
  expect([...new Set(marks)].sort()).toEqual([
    'default',
    'failed',
    'fallback',
    'recovers',
    'skipped',
    'tolerated',
    'value',
  ]);
}, 120_000);

test('and at every stage of a graph for each item', async () => {
  const cells = await runMatrix(items);
  expect(wrong(cells)).toEqual([]);
  expect(cells.filter(({ result }) => result === 'ok').length).toBeGreaterThan(60);
}, 120_000);

test('and so it does with another pipeline that it runs, a call of AWS, and the rows of a file', async () => {
  const cells = await runMatrix(outside);
  expect(wrong(cells)).toEqual([]);
  const failing = cells.flatMap((cell) => (cell.result === 'ok' && cell.fault === 'permanent' ? [cell] : []));
  expect(failing.map(({ stage, mark }) => `${stage} ${mark}`)).toEqual([
    'list failed',
    'child failed',
    'send failed',
    'clean failed',
    'total failed',
  ]);
}, 120_000);

test('and so it does with reduces and results that are read as a stream, of rows under a prefix, in an inventory, in a bucket of the user', async () => {
  const cells: CellResult[] = [];
  for (const fault of ['permanent', 'unheard', 'oversize', 'poison', 'killed'])
    cells.push(...(await runMatrix(folded, { fault })));
  expect(wrong(cells)).toEqual([]);
  expect(cells.filter(({ result }) => result === 'ok')).toHaveLength(32);
  const poisoned = cells.flatMap((cell) => (cell.result === 'ok' && cell.fault === 'poison' ? [cell] : []));
  expect(poisoned.map(({ stage, mark }) => `${stage} ${mark}`)).toEqual([
    'clean tolerated',
    'look value',
    'joinPortions failed',
    'joinLooksPortions failed',
  ]);
}, 120_000);

test('and so it does where a pipeline that it runs reads upstream pipelines', async () => {
  await expect(runMatrix(reader)).rejects.toThrow(/^reader\.other runs summed for '\S+': .* is before the first/);
  const cells = await runMatrix(reader, { given: { pick: { day: '2026-01-09' } } });
  expect(wrong(cells)).toEqual([]);
  expect(cells.filter(({ result }) => result === 'ok').length).toBeGreaterThan(20);
}, 120_000);

test('and so it does with Express executions, by their own rules', async () => {
  const cells = await runMatrix(quick);
  expect(wrong(cells)).toEqual([]);
  const killed = cells.flatMap((cell) => (cell.result === 'ok' && cell.fault === 'killed' ? [cell] : []));
  expect(killed.map(({ stage, mark }) => `${stage} ${mark}`)).toEqual(
    ['list', 'clean', 'cool', 'judge', 'total'].map((stage) => `${stage} resumed`),
  );
}, 120_000);

const shaped = (made: (call: never, context: never) => Promise<StageAnswer>) => made as ReturnType<Wrapper>;

test.each<[string, string, Wrapper, RegExp]>([
  [
    'does the work twice',
    'transient',
    (stage, work, environment) =>
      stageHandler(
        stage,
        async (given) => {
          await work(given);
          return work(given);
        },
        environment,
      ),
    /times that read did one side effect: 2; declared: 1/,
  ],
  [
    'swallows errors',
    'permanent',
    (stage, work, environment) => {
      const real = stageHandler(stage, work, environment);
      return shaped((call, context) =>
        real(call, context).catch(() => ({ status: 'completed', control: {} }) as const),
      );
    },
    /read: running; declared: failed/,
  ],
  [
    'calls every error transient',
    'permanent',
    (stage, work, environment) =>
      stageHandler(
        stage,
        async (given) => {
          try {
            return await work(given);
          } catch (error) {
            throw new Error('again', { cause: error });
          }
        },
        environment,
      ),
    /calls of read: 3; declared: 1/,
  ],
  [
    'takes what is done for what is to be done',
    'unheard',
    (stage, work, environment = {}) => {
      const real = stageHandler(stage, work, environment);
      const aws = connect(awsSettings(environment));
      return shaped(async ({ run, stage: id, ...rest }: StageCall, context) => {
        const { pk, sk } = stageKey(run.pipeline, run.id, id);
        await aws.call('dynamodb', 'DeleteItem', {
          TableName: environment[environmentNames.table],
          Key: { pk: { S: pk }, sk: { S: sk } },
        });
        return real({ run, stage: id, ...rest }, context);
      });
    },
    /times that read did one side effect: 2; declared: 1/,
  ],
])('a wrapper that %s is found out', async (_, fault, wrapper, problem) => {
  const [collect] = pipelines;
  if (!collect) throw new Error('the app has no pipelines');
  const [cell] = await runMatrix(collect, { stage: 'read', fault, wrapper });
  expect(cell).toMatchObject({ result: 'broken', problems: expect.arrayContaining([expect.stringMatching(problem)]) });
});
