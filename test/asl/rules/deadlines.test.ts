// Deadlines that cannot be, or may not be met: the message in full, and near misses.
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { checkLimits, compile, estimate } from '../../../lib/asl/index.ts';
import { definePipeline, formatDiagnostic, type Span, type WaitTime } from '../../../lib/definition/index.ts';
import { graphOf } from '../../../lib/graph/index.ts';
import { stage } from '../sample.ts';

type Deadline = NonNullable<Parameters<typeof definePipeline>[1]['deadline']>;
interface Made {
  readonly wait?: WaitTime;
  readonly ask?: Span;
  readonly type?: 'express';
}
const made = (deadline: Deadline, { wait, ask, type }: Made) =>
  definePipeline('made', { input: z.object({ day: z.string() }), deadline, ...(type ? { type } : {}) }, (flow) => {
    const done = flow.task(stage('work'), {});
    if (wait) flow.wait('pause', wait, { after: [done] });
    if (ask) flow.approve('ok', { prompt: 'Well?', answer: z.object({ yes: z.boolean() }), timeout: ask });
  });

test.each<[string, Deadline, Made, ...string[]]>([
  ['one that can be met', '2h', { wait: { for: '1h' }, ask: '2h' }],
  ['one that ends the run', { after: '10m', ends: true }, {}],
  ['one of an express pipeline', '1m', { type: 'express' }],
  [
    'half a second',
    '0.5s',
    {},
    "HDL237 made: deadline is 0.5 s, but a run has whole seconds, from one to 364 days. Fix: set a span in that range, such as '2h'.",
  ],
  [
    'one before the end of a wait',
    '30m',
    { wait: { for: '1h' } },
    'HDL237 made.pause: the deadline is 1,800 s, but a run is declared to take 3,600 s, most of them here. Fix: set a later deadline, or a shorter wait.',
  ],
  [
    'one before a question is over',
    '2h',
    { ask: '3d' },
    'HDL237 warning, made.ok: this may wait 259,200 s, but the deadline of the run is 7,200 s. Fix: set a later deadline, or a shorter timeout.',
  ],
  [
    'the end of an express run',
    { after: '1m', ends: true },
    { type: 'express' },
    "HDL237 made: the deadline is to end a run of an express pipeline, but AWS stops no Express execution; it ends after 5 minutes by itself. Fix: leave ends out, or type: 'express'.",
  ],
])('%s', (_, deadline, parts, ...messages) => {
  const graph = graphOf(made(deadline, parts));
  const found = checkLimits(graph, estimate(graph)).filter(({ code }) => code === 'HDL237');
  expect(found.map(formatDiagnostic)).toEqual(messages);
});

test('a deadline that ends the run bounds its execution too', () => {
  const bound = (deadline: Deadline): number =>
    JSON.parse(compile(graphOf(made(deadline, { wait: { for: '1h' } }))).definition).TimeoutSeconds;
  expect([bound('2h'), bound({ after: '2h', ends: true })]).toEqual([90_000, 7_200]);
});

test('a deadline is a span', () => {
  expect(() => made('soon' as never, {})).toThrow(
    'HDL107 made: deadline is "soon", which is no span of time. Fix: write a number and ms, s, m, h or d, such as \'5m\'.',
  );
});
