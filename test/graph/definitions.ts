// Small definitions, right and wrong, that the tests of the rules are made of.
import * as z from 'zod';
import {
  definePipeline,
  defineStage,
  fromS3,
  type Node,
  objectDropped,
  type Pipeline,
  type Ref,
  type Stage,
} from '../../lib/definition/index.ts';

const file = z.object({ key: z.string(), bytes: z.number() });
export const list = defineStage('list', {
  input: z.object({ day: z.string() }),
  output: z.object({ files: z.array(file), folder: z.string(), total: z.number() }),
});
export const clean = defineStage('clean', {
  input: z.object({ key: z.string() }),
  output: z.object({ rows: z.number() }),
});
export const publish = defineStage('publish', {
  input: z.object({ rows: z.number(), note: z.string().optional() }),
  output: z.object({ url: z.string() }),
});
export const stateful = defineStage('stateful', {
  input: z.object({ day: z.string() }),
  output: z.object({ state: z.enum(['full', 'empty']).nullable() }),
});
const day = z.object({ day: z.string() });

/** What a cast or plain JavaScript lets through the types. */
// biome-ignore lint/suspicious/noExplicitAny: the rules are for what TypeScript did not see
export const untyped = (value: unknown): any => value;

// biome-ignore lint/suspicious/noExplicitAny: a table of flows of every shape
export const orders = (body: (flow: any) => unknown, name = 'orders', upstream = {}): Pipeline =>
  definePipeline(name, { input: day, upstream }, body);

export const withNodes = (nodes: readonly Node[]): Pipeline => ({
  ...orders(() => null),
  flow: { nodes, output: { kind: 'value', value: null } },
});

export const byHand = (id: string, after: readonly string[]): Node => ({
  kind: 'task',
  id,
  stage: list,
  bind: { kind: 'value', value: { day: 'x' } },
  after,
});

export const named = (name: string): Pipeline => orders((flow) => flow.task(list, { day: flow.input.day }), name);
export const waiting = (name: string, ...upstream: readonly string[]): Pipeline => ({
  ...named(name),
  upstream: Object.fromEntries(upstream.map((alias) => [alias, { ...named(alias) }])),
});

export const limited = (change: Partial<Stage>): Pipeline =>
  orders((flow) => flow.task({ ...list, ...change }, { day: flow.input.day }));
export const mapped = (options: object): Pipeline =>
  orders((flow) =>
    flow.map(clean, flow.task(list, flow.input).files, (each: Ref<{ key: string }>) => ({ key: each.key }), options),
  );
export const overRows = (input: (row: Ref<z.infer<typeof file>>) => object, key: unknown = 'k'): Pipeline =>
  orders((flow) => flow.map(clean, fromS3({ bucket: 'inbox', key: untyped(key), format: 'csv', row: file }), input));
export const dropped = (template: string): Pipeline => ({
  ...named('orders'),
  triggers: [objectDropped(untyped(template))],
});
