// The fault matrix of what undoes a failed run: each stage once, the last first, under every fault that can happen to it.
import { expect, test } from '@jest/globals';
import { stageHandler } from '../../lib/runtime/index.ts';
import { type CellResult, runMatrix, type Wrapper } from '../../lib/verify/index.ts';
import { buying, quickBuying } from './undone.ts';

const wrong = (cells: readonly CellResult[]) => cells.filter(({ result }) => result === 'broken');
const marksOf = (cells: readonly CellResult[], fault: string) =>
  cells.flatMap((cell) => (cell.fault === fault && 'mark' in cell ? [`${cell.stage} ${cell.mark}`] : []));

test.each([buying, quickBuying])(
  'what a failed run did is undone under every fault',
  async (pipeline) => {
    const cells = await runMatrix(pipeline);
    expect(wrong(cells)).toEqual([]);
    const undoings = ['reserve', 'charge', 'stamp', 'ship'].map((stage) => `${stage}.compensate`);
    expect(marksOf(cells, 'transient').slice(5)).toEqual(undoings.map((name) => `${name} undone`));
    expect(marksOf(cells, 'permanent').slice(5)).toEqual(undoings.map((name) => `${name} stands`));
    expect(marksOf(cells, 'killed').slice(5)).toEqual(undoings.map((name) => `${name} undone`));
    // Nothing comes after `confirm` that could fail the run.
    expect(
      new Set(cells.flatMap((cell) => (cell.result === 'unreached' ? [`${cell.stage}: ${cell.why}`] : []))),
    ).toEqual(new Set(['confirm.compensate: no stage fails the run when it is done']));
  },
  120_000,
);

test.each<[string, Wrapper, RegExp]>([
  [
    'undoes twice',
    (stage, work, environment) =>
      stageHandler(
        stage,
        async (given) => {
          if (stage.name === 'refund') await work(given);
          return work(given);
        },
        environment,
      ),
    /times that charge\.compensate did one side effect: 2; declared: 1/,
  ],
  [
    'says that it undid and did not',
    (stage, work, environment) =>
      stageHandler(
        stage,
        (given) => (stage.name === 'refund' ? ({ note: 'never' } as never) : work(given)),
        environment,
      ),
    /side effects of charge\.compensate, by idempotency key: 0; declared: 1/,
  ],
])('a wrapper that %s is found out', async (_, wrapper, problem) => {
  const [cell] = await runMatrix(buying, { stage: 'confirm', fault: 'permanent', wrapper });
  expect(cell).toMatchObject({ result: 'broken', problems: expect.arrayContaining([expect.stringMatching(problem)]) });
});
