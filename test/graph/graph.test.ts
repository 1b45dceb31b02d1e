import { describe, expect, test } from '@jest/globals';
import { gt, type Pipeline } from '../../lib/definition/index.ts';
import { graphOf, type Level } from '../../lib/graph/index.ts';
import { pipelineOf, stage } from '../asl/sample.ts';

const [a, b, c, d] = [stage('a'), stage('b'), stage('c'), stage('d')];

const needsOf = (level: Level): object =>
  Object.fromEntries(
    level.nodes.map(({ id, needs, onTrue, onFalse }) => [
      id,
      onTrue && onFalse ? { needs, onTrue: needsOf(onTrue), onFalse: needsOf(onFalse) } : needs,
    ]),
  );

describe('needs', () => {
  test.each<[string, Pipeline, object]>([
    [
      'come from what a stage reads',
      pipelineOf((flow) => {
        const first = flow.task(a, {});
        flow.task(c, { deep: [{ n: first.n }], other: flow.task(b, {}).list, own: flow.input.n });
      }),
      { a: [], b: [], c: ['a', 'b'] },
    ],
    [
      'come from what it waits for, and once',
      pipelineOf((flow) => {
        const first = flow.task(a, {});
        flow.task(b, { n: first.n }, { after: [first, first.n] });
      }),
      { a: [], b: ['a'] },
    ],
    [
      "come from a map's list and what each call gets",
      pipelineOf((flow) => {
        const other = flow.task(b, {});
        flow.map(c, flow.task(a, {}).list, (item) => ({ item, with: other.n }));
      }),
      { b: [], a: [], c: ['a', 'b'] },
    ],
    [
      'of a choice are its condition and all that its branches read outside; inside, only what is there',
      pipelineOf((flow) => {
        const [one, two] = [flow.task(a, {}), flow.task(b, {})];
        const chosen = flow.choose(
          gt(one.n, 0),
          () => flow.task(stage('e'), { n: flow.task(c, { n: two.n }).n }).n,
          () => one.n,
          { id: 'any' },
        );
        flow.task(d, { chosen });
      }),
      { a: [], b: [], any: { needs: ['a', 'b'], onTrue: { c: [], e: ['c'] }, onFalse: {} }, d: ['any', 'a'] },
    ],
    [
      'of a stage that reads a value a branch passed on hold the choice too',
      pipelineOf((flow) => {
        const one = flow.task(a, {});
        const chosen = flow.choose(
          gt(flow.input.n, 0),
          () => one.n,
          () => 0,
          { id: 'any' },
        );
        flow.task(b, { chosen });
      }),
      { a: [], any: { needs: [], onTrue: {}, onFalse: {} }, b: ['any', 'a'] },
    ],
  ])('%s', (_, pipeline, needs) => {
    const found = needsOf(graphOf(pipeline).root);
    const sorted = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.toSorted()
        : Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, sorted(inner)]));
    expect(sorted(found)).toEqual(sorted(needs));
  });
});

test('controls are what conditions and maps read, with counts for lists', () => {
  const { controls } = graphOf(
    pipelineOf((flow) => {
      const one = flow.task(a, { n: flow.input.n });
      flow.choose(
        gt(one.n, flow.input.n),
        () => flow.map(b, one.list, (item) => ({ item })),
        () => null,
      );
    }),
  );
  expect(controls).toEqual([
    { source: { kind: 'stage', stage: 'a' }, path: ['n'], count: false },
    { source: { kind: 'input' }, path: ['n'], count: false },
    { source: { kind: 'stage', stage: 'a' }, path: ['list'], count: true },
  ]);
});

test('stages know the branches they stand in, outermost first', () => {
  const { stages } = graphOf(
    pipelineOf((flow) =>
      flow.choose(
        gt(flow.input.n, 0),
        () =>
          flow.choose(
            gt(flow.input.n, 1),
            () => null,
            () => flow.task(a, {}),
            { id: 'inner' },
          ),
        () => null,
        { id: 'outer' },
      ),
    ),
  );
  expect(stages.map(({ id, within }) => [id, within])).toEqual([
    [
      'a',
      [
        { choose: 'outer', branch: 'then' },
        { choose: 'inner', branch: 'otherwise' },
      ],
    ],
  ]);
});
