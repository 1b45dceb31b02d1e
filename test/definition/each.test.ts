import { describe, expect, test } from '@jest/globals';
import { gt } from '../../lib/definition/index.ts';
import { pipelineOf, stage } from '../asl/sample.ts';

const [a, b] = [stage('a'), stage('b')];

describe('for each item', () => {
  test('each stage is a map over the same list, which reads what the others gave for the item', () => {
    const { flow } = pipelineOf((each) =>
      each.each(
        each.input.list,
        (item, one) => {
          const first = one.task(a, { item });
          return one.task(b, { n: first.n }, { after: [first] });
        },
        { batch: 5, after: [each.task(a, {}, { id: 'before' })] },
      ),
    );
    const map = {
      kind: 'map',
      batch: 5,
      concurrency: 10,
      each: 'a',
      items: { source: { kind: 'input' }, path: ['list'] },
    };
    expect(flow).toMatchObject({
      nodes: [
        { id: 'before' },
        { ...map, id: 'a', bind: { fields: { item: { source: { kind: 'item' }, path: [] } } }, after: ['before'] },
        {
          ...map,
          id: 'b',
          bind: { fields: { n: { source: { kind: 'item', stage: 'a' }, path: ['n'] } } },
          after: ['before', 'a'],
        },
      ],
      output: { kind: 'ref', source: { kind: 'stage', stage: 'b' }, path: [] },
    });
  });

  type Sample = Parameters<Parameters<typeof pipelineOf>[0]>[0];
  const notOne = 'HDL155 sample: flow.each does not return what one of its stages gives.';
  test.each<[string, (flow: Sample) => unknown, string]>([
    ['nothing is done', (flow) => flow.each(flow.input.list, () => undefined as never), notOne],
    ['the item itself is returned', (flow) => flow.each(flow.input.list, (item) => item), notOne],
    ['a field is returned', (flow) => flow.each(flow.input.list, (item, one) => one.task(a, { item }).n), notOne],
    ['a stage outside is returned', (flow) => flow.each(flow.input.list, () => flow.task(a, {})), notOne],
    [
      'a stage stands in a choice',
      (flow) =>
        flow.each(flow.input.list, (item, one) =>
          flow.choose(
            gt(flow.input.n, 0),
            () => one.task(a, { item }),
            () => one.task(b, { item }),
          ),
        ),
      'HDL155 sample.a: each.task was called outside the function of its flow.each.',
    ],
    [
      'another map stands inside',
      (flow) =>
        flow.each(flow.input.list, (item, one) => {
          flow.map(b, flow.input.list, () => ({ item }));
          return one.task(a, { item });
        }),
      'HDL156 sample.b: is a map in the function that says what each item of another map gets.',
    ],
    [
      'it stands in a map itself',
      (flow) => flow.map(b, flow.input.list, (item) => flow.each(flow.input.list, (_, one) => one.task(a, { item }))),
      'HDL156 sample.a: is a map in the function that says what each item of another map gets.',
    ],
  ])('is refused where %s', (_, body, message) => {
    expect(() => pipelineOf(body)).toThrow(message);
  });
});
