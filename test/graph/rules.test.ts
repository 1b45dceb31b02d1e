import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { defineStage, eq, formatDiagnostic, gt, type Pipeline, type Ref } from '../../lib/definition/index.ts';
import { retryPolicy } from '../../lib/definition/retry.ts';
import { validate } from '../../lib/graph/index.ts';
import { brokenCaches } from './broken-caches.ts';
import { brokenDefinitions } from './broken-definitions.ts';
import { brokenEaches } from './broken-eaches.ts';
import { brokenFailureOptions } from './broken-failure-options.ts';
import { brokenMaps } from './broken-maps.ts';
import { brokenPools } from './broken-pools.ts';
import { brokenTriggers, rightTriggers } from './broken-triggers.ts';
import { brokenUpstreams, rightUpstreams } from './broken-upstreams.ts';
import { brokenVerbs } from './broken-verbs.ts';
import {
  byHand,
  clean,
  dropped,
  limited,
  list,
  mapped,
  named,
  orders,
  overRows,
  publish,
  stateful,
  untyped,
  waiting,
  withNodes,
} from './definitions.ts';

const found = (pipelines: Pipeline | readonly Pipeline[]): readonly string[] =>
  validate([pipelines].flat()).map(formatDiagnostic);

const coerced = defineStage('coerced', {
  input: z.object({ rows: z.coerce.number(), at: z.string().transform((text) => text.length) }),
  output: z.object({ rows: z.string().transform((text) => text.length), extra: z.looseObject({}) }),
});
const nullable = defineStage('nullable', {
  input: z.object({ rows: z.number().nullable() }),
  output: z.object({ rows: z.number().nullable(), parts: z.array(z.string()).nullable() }),
});

const right: Record<string, Pipeline | readonly Pipeline[]> = {
  'branches behind a word of the contract, null, and a word that only may be there': orders((flow) => {
    const { state } = flow.task(stateful, flow.input);
    for (const word of ['full', null, flow.input.day])
      flow.choose(
        eq(state, word),
        () => flow.task(publish, { rows: 0 }, { id: `publish${word === null ? 'Null' : typeof word}` }),
        () => null,
      );
  }),
  'an empty branch behind a constant': orders((flow) =>
    flow.choose(
      eq(untyped(1), 1),
      () => flow.task(list, flow.input),
      () => null,
    ),
  ),
  'a choice without otherwise that others wait for': orders((flow) => {
    const { total } = flow.task(list, flow.input);
    const chosen = flow.choose(gt(total, 0), () => flow.task(clean, { key: 'k' }));
    flow.task(publish, { rows: total }, { after: [chosen] });
  }),
  'one stage twice under two ids': orders((flow) => [
    flow.task(list, flow.input),
    flow.task(list, flow.input, { id: 'listAgain' }),
  ]),
  'a name of 60 characters': orders((flow) => flow.task(list, flow.input, { id: 'a'.repeat(60) })),
  'a name that starts like a reserved one': orders((flow) => flow.task(list, flow.input, { id: 'finishing' })),
  'a diamond': withNodes([byHand('a', []), byHand('b', ['a']), byHand('c', ['a']), byHand('d', ['b', 'c'])]),
  'a diamond of pipelines': [named('a'), waiting('b', 'a'), waiting('c', 'a'), waiting('d', 'b', 'c')],
  'a field of an open object': orders((flow) =>
    flow.task(publish, { rows: flow.task(coerced, { rows: 'x', at: 'y' }).extra.anything }),
  ),
  'a string for a coerced number': orders((flow) => flow.task(coerced, { rows: flow.input.day, at: flow.input.day })),
  'a transform, whose type cannot be told': orders((flow) =>
    flow.task(publish, { rows: flow.task(coerced, { rows: 1, at: 'y' }).rows }),
  ),
  'an optional field left out': orders((flow) => flow.task(publish, { rows: 1 })),
  'null where the contract allows it': orders((flow) => flow.task(nullable, { rows: null })),
  'what may be null, which only the run can tell': orders((flow) =>
    flow.task(publish, { rows: flow.task(nullable, { rows: 1 }).rows }),
  ),
  'a map over what may be null': orders((flow) =>
    flow.map(clean, flow.task(nullable, { rows: 1 }).parts, (key: Ref<string>) => ({ key })),
  ),
  "a branch's value through its choice": orders((flow) => {
    const { total } = flow.task(list, flow.input);
    const rows = flow.choose(
      gt(total, 0),
      () => flow.task(clean, { key: 'k' }).rows,
      () => 0,
    );
    flow.task(publish, { rows });
  }),
  'a stage before the choice, read in a branch of a branch': orders((flow) => {
    const { total } = flow.task(list, flow.input);
    flow.choose(
      gt(total, 0),
      () =>
        flow.choose(
          gt(total, 1),
          () => flow.task(publish, { rows: total }),
          () => null,
        ),
      () => null,
    );
  }),
  'a reduce of all that a map gave': orders((flow) => {
    const part = z.object({ rows: z.number() });
    const add = defineStage('add', { input: z.object({ parts: z.array(part) }), output: part });
    const cleaned = flow.map(clean, flow.task(list, flow.input).files, (one: Ref<{ key: string }>) => ({
      key: one.key,
    }));
    return flow.reduce(add, cleaned, (one: Ref<{ rows: number }>) => ({ rows: one.rows }), { empty: { rows: 0 } });
  }),
  'a field that is called as what a reduce goes over': orders((flow) => {
    const cut = defineStage('cut', { input: z.object({}), output: z.object({ portions: z.number() }) });
    const eat = defineStage('eat', { input: z.object({ portions: z.number() }), output: z.object({}) });
    return flow.task(eat, { portions: flow.task(cut, {}).portions });
  }),
  'a map over the rows of a file': overRows((row) => ({ key: row.key })),
  'options at their bounds': [mapped({ concurrency: 10_000, batch: 10_000, tolerate: { count: 0, percent: 100 } })],
  'limits at their bounds': limited({
    timeoutSeconds: 900,
    memoryMb: 10_240,
    retry: retryPolicy({ attempts: 1, intervalSeconds: 1, backoff: 1, capSeconds: 1 }),
  }),
  'an upstream of the application under another alias': [
    named('collect'),
    { ...named('orders'), upstream: { drop: named('collect') } },
  ],
  'a key template with its partition inside a name': dropped('drops/day-{partition}.csv'),
};

describe('validate', () => {
  test.each(
    Object.entries({
      ...brokenCaches,
      ...brokenPools,
      ...brokenDefinitions,
      ...brokenEaches,
      ...brokenMaps,
      ...brokenFailureOptions,
      ...brokenTriggers,
      ...brokenUpstreams,
      ...brokenVerbs,
    }),
  )('tells of %s', (_, [pipelines, ...messages]) => {
    expect(found(pipelines)).toEqual(messages);
  });

  test.each(Object.entries({ ...right, ...rightTriggers, ...rightUpstreams }))('lets %s pass', (_, pipelines) => {
    expect(found(pipelines)).toEqual([]);
  });

  test('tells everything at once, pipeline by pipeline', () => {
    const codes = validate([limited({ memoryMb: 1 }), named('Orders'), orders(() => null, 'empty')]).map(
      ({ code, at }) => `${code} ${at}`,
    );
    expect(codes).toEqual(['HDL209 orders.list', 'HDL106 Orders', 'HDL212 empty']);
  });
});
