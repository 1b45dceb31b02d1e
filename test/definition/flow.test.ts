import { describe, expect, test } from '@jest/globals';
import {
  type Block,
  DefinitionError,
  definePipeline,
  gt,
  type Pipeline,
  type Ref,
  type Span,
  seconds,
} from '../../lib/definition/index.ts';
import { numbers, pipelineOf, stage } from '../asl/sample.ts';

const [a, b] = [stage('a'), stage('b')];

const bound = (input: Record<string, unknown>) => pipelineOf((flow) => flow.task(a, input)).flow.nodes[0];
const value = (inner: unknown) => ({ kind: 'value', value: inner });

describe('what a stage is given', () => {
  test('without refs is one constant', () => {
    expect(bound({ text: 'x', n: 1, flag: false, none: null, list: [1, { deep: [] }], gone: undefined })).toMatchObject(
      {
        bind: value({ text: 'x', n: 1, flag: false, none: null, list: [1, { deep: [] }] }),
      },
    );
  });

  test('with refs keeps them in their places', () => {
    const { flow } = pipelineOf((each) => each.task(a, { list: [1, each.input.n], fixed: [1] }));
    expect(flow.nodes[0]).toMatchObject({
      bind: {
        kind: 'object',
        fields: {
          list: { kind: 'list', items: [value(1), { kind: 'ref', source: { kind: 'input' }, path: ['n'] }] },
          fixed: value([1]),
        },
      },
    });
  });

  class Money {}
  test.each<[string, unknown, string]>([
    ['a Date', new Date(0), 'an object of class Date'],
    ['an instance', new Money(), 'an object of class Money'],
    ['an object with an odd prototype', Object.create(Object.create(null)), 'an object of class unknown'],
    ['a function', () => 1, 'a function'],
    ['NaN', Number.NaN, 'NaN'],
    ['infinity', -Infinity, '-Infinity'],
    ['a bigint', 1n, 'a bigint'],
    ['a symbol', Symbol('x'), 'a symbol'],
    ['a hole in a list', [undefined], 'undefined'],
  ])('cannot hold %s', (_, odd, described) => {
    expect(() => bound({ odd })).toThrow(
      `HDL103 sample.a: the input holds ${described}, which JSON cannot hold. Fix: pass strings, numbers, booleans, null, plain objects, lists, or refs.`,
    );
  });

  test('nor can a result of an async body', () => {
    expect(() => pipelineOf(async () => 1)).toThrow('HDL103 sample: the input holds an object of class Promise');
  });
});

describe('a choice', () => {
  type Sample = Parameters<Parameters<typeof pipelineOf>[0]>[0];
  const chosen = (pick: (flow: Sample) => unknown): Pipeline => pipelineOf(pick);
  const choice = (flow: Sample, over: number, then: () => unknown, otherwise: () => unknown = () => null) =>
    flow.choose(gt(flow.input.n, over), then, otherwise);
  const repeated = (flow: Sample, body: () => unknown) =>
    flow.repeat('again', { initial: { n: 1 }, until: ({ n }) => gt(n, 9), atMost: 1 }, () => {
      body();
      return { n: 2 };
    });

  test('records each branch apart, and gives a ref that goes on into both', () => {
    const { flow } = chosen((each) => {
      const found = each.choose(
        gt(each.input.n, 0),
        () => ({ n: each.task(a, {}).n }),
        () => ({ n: 0 }),
      );
      return found.n;
    });
    expect(flow).toMatchObject({
      nodes: [
        {
          kind: 'choose',
          id: 'chooseA',
          when: { kind: 'compare', comparison: 'gt', right: value(0) },
          onTrue: { nodes: [{ id: 'a' }], output: { kind: 'object' } },
          onFalse: { nodes: [], output: value({ n: 0 }) },
        },
      ],
      output: { kind: 'chosen', choose: 'chooseA', path: ['n'] },
    });
  });

  test('goes on recording in the outer block when a branch throws', () => {
    const { flow } = chosen((each) => {
      expect(() =>
        each.choose(
          gt(each.input.n, 0),
          () => {
            throw new Error('mine');
          },
          () => null,
        ),
      ).toThrow('mine');
      each.task(b, {});
    });
    expect(flow.nodes.map(({ id }) => id)).toEqual(['b']);
  });

  test.each<[string, Parameters<typeof chosen>[0], readonly string[]]>([
    [
      'after the first by name of the stages in it',
      (each) => choice(each, 0, () => [each.task(b, {}), each.task(a, {})]),
      ['chooseA'],
    ],
    [
      'of the other branch where there is none',
      (each) =>
        choice(
          each,
          0,
          () => 1,
          () => each.task(b, {}),
        ),
      ['chooseB'],
    ],
    [
      'after a choice where it holds only those',
      (each) => choice(each, 0, () => choice(each, 1, () => each.task(a, {}))),
      ['chooseChooseA'],
    ],
    ['after what it says where it holds nothing', (each) => choice(each, 0, () => undefined), ['choosebaf186b5']],
    [
      'once, where it says the same again',
      (each) => [choice(each, 0, () => 1), choice(each, 0, () => 1)],
      ['choose34ea7566'],
    ],
    [
      'apart, where it says something else',
      (each) => [choice(each, 0, () => 1), choice(each, 1, () => 1)],
      ['choose34ea7566', 'choosea82a7567'],
    ],
    ['in a round', (each) => repeated(each, () => choice(each, 0, () => each.task(a, {}))), ['chooseARound1']],
  ])('is called %s', (_, pick, ids) => {
    expect(chosen(pick).flow.nodes.map(({ id }) => id)).toEqual(ids);
  });
});

describe('after', () => {
  const waiting = (pick: (flow: Parameters<Parameters<typeof pipelineOf>[0]>[0]) => unknown) =>
    pipelineOf((flow) => flow.task(b, {}, { after: [pick(flow) as never] })).flow.nodes.at(-1);
  const repetition = (flow: Parameters<Parameters<typeof pipelineOf>[0]>[0], atMost: number) =>
    flow.repeat('again', { initial: { n: 1 }, until: ({ n }) => gt(n, 9), atMost }, () => ({ n: flow.task(a, {}).n }));

  test.each<[string, Parameters<typeof waiting>[0], string]>([
    ['a stage', (flow) => flow.task(a, {}), 'a'],
    ['a field of a stage', (flow) => flow.task(a, {}).n, 'a'],
    ['a map', (flow) => flow.map(a, flow.input.list, (item) => ({ item })), 'a'],
    [
      'a choice',
      (flow) =>
        flow.choose(
          gt(flow.input.n, 0),
          () => 1,
          () => 2,
        ),
      'choose1de1a3de',
    ],
    ['a repetition', (flow) => repetition(flow, 2), 'againRound1'],
    ['a repetition of one round', (flow) => repetition(flow, 1), 'aRound1'],
  ])('takes %s', (_, pick, id) => {
    expect(waiting(pick)).toMatchObject({ after: [id] });
  });

  test.each<[string, Parameters<typeof waiting>[0]]>([
    ['the input', (flow) => flow.input],
    ['an upstream', (flow) => flow.upstream.before],
    ['a name', () => 'a'],
  ])('does not take %s', (_, pick) => {
    expect(() => waiting(pick)).toThrow(
      'HDL105 sample.b: `after` holds something that is not the output of a stage. Fix: pass what flow.task, flow.map or flow.choose gave back.',
    );
  });
});

test('defaults of a map', () => {
  const { flow } = pipelineOf((each) => each.map(a, each.input.list, (item) => ({ item })));
  expect(flow.nodes[0]).toMatchObject({ concurrency: 10, batch: 25, tolerate: { count: 0 }, after: [], expect: {} });
});

test('an upstream that a circle of imports left undefined', () => {
  const upstream = { trends: undefined as unknown as Pipeline };
  expect(() => definePipeline('report', { input: numbers, upstream }, () => null)).toThrow(
    'HDL104 report: upstream trends is not a pipeline (files that import each other in a circle see undefined). Fix: import trends from a file that does not import report.',
  );
});

test('an error carries its diagnostics and says each on a line', () => {
  const one = { code: 'HDL103', severity: 'error', at: 'p.a', message: 'm', fix: 'f' } as const;
  const error = new DefinitionError([one, { ...one, at: 'p.b' }]);
  expect(error.message).toBe('HDL103 p.a: m. Fix: f.\nHDL103 p.b: m. Fix: f.');
  expect(error.diagnostics).toHaveLength(2);
});

describe('spans', () => {
  test.each<[Span, number]>([
    ['800ms', 0.8],
    ['30s', 30],
    ['5m', 300],
    ['1.5h', 5400],
    ['1d', 86_400],
  ])('%s is %d seconds', (span, count) => {
    expect(seconds(span)).toBe(count);
  });
  test.each(['5', '5 m', 'm', '-1s', '1w'])('%s is none', (text) => {
    expect(() => seconds(text as Span)).toThrow(
      `'${text}' is not a span of time; expected a number and ms, s, m, h or d, such as '5m'`,
    );
  });
});

describe('repeat', () => {
  const repeating = (atMost: number) =>
    pipelineOf((flow) => {
      const options = { initial: { n: flow.input.n }, until: ({ n }: Ref<{ n: number }>) => gt(n, 1), atMost };
      return flow.repeat('again', options, (state) => ({ n: flow.task(a, { n: state.n }).n }));
    });
  const ids = (block: Block): readonly unknown[] =>
    block.nodes.flatMap((node) => [node.id, ...(node.kind === 'choose' ? [ids(node.onTrue), ids(node.onFalse)] : [])]);

  test('records each round, the later ones behind a choice, and one name for what they share', () => {
    const { flow } = repeating(3);
    expect(ids(flow)).toEqual(['aRound1', 'againRound1', [], ['aRound2', 'againRound2', [], ['aRound3']]]);
    expect(flow.nodes[0]).toMatchObject({ shares: 'a', after: [] });
    expect(flow.nodes[1]).toMatchObject({ onFalse: { nodes: [{ id: 'aRound2', after: ['aRound1'] }, {}] } });
  });

  test('of one round is that round', () => {
    expect(repeating(1).flow).toMatchObject({ nodes: [{ id: 'aRound1' }], output: { fields: { rounds: value(1) } } });
  });

  test('names in a repetition within one say both rounds', () => {
    const { flow } = pipelineOf((each) => {
      const options = { initial: { n: 0 }, until: ({ n }: Ref<{ n: number }>) => gt(n, 1), atMost: 2 };
      each.repeat(
        'outer',
        options,
        () => each.repeat('inner', options, ({ n }) => ({ n: each.task(a, { n }).n })).state,
      );
    });
    expect(ids(flow)).toEqual([
      'aRound1Round1',
      'innerRound1Round1',
      [],
      ['aRound1Round2'],
      'outerRound1',
      [],
      ['aRound2Round1', 'innerRound1Round2', [], ['aRound2Round2']],
    ]);
  });

  test.each([0, 51, 1.5])('has no %d rounds', (atMost) => {
    expect(() => repeating(atMost)).toThrow(
      `HDL151 sample.again: atMost is ${atMost}, but a repetition has 1 to 50 rounds.`,
    );
  });
});

test('what cannot be recorded is told together, each with its place', () => {
  const recording = () =>
    pipelineOf((flow) => {
      const first = flow.task(a, { when: new Date(0) } as never);
      flow.map(b, first.list, (item) => ({ item, work: () => item }) as never);
      flow.task(b, { n: first.n }, { after: ['a' as never] });
      return `${first.n}`;
    });
  expect(recording).toThrow(
    [
      'HDL103 sample.a: the input holds an object of class Date, which JSON cannot hold. Fix: pass strings, numbers, booleans, null, plain objects, lists, or refs.',
      'HDL103 sample.b: the input holds a function, which JSON cannot hold. Fix: pass strings, numbers, booleans, null, plain objects, lists, or refs.',
      'HDL105 sample.b: `after` holds something that is not the output of a stage. Fix: pass what flow.task, flow.map or flow.choose gave back.',
      'HDL101 sample: the ref a.n was used as a value, but it has none until the pipeline runs. Fix: pass a.n to a stage, or compare it with eq, gt, lt, and, or, not inside flow.choose.',
    ].join('\n'),
  );
});
