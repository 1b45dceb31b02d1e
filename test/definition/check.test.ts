// What a check with `severity: 'block'` holds up.
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { type Block, definePipeline, defineStage, gt, type Node } from '../../lib/definition/index.ts';

const rows = z.object({ rows: z.number() });
const take = defineStage('take', { input: rows, output: rows });
const above = definePipeline('above', { input: rows }, (flow) => flow.task(take, flow.input));

const nodesIn = ({ nodes }: Block): readonly Node[] =>
  nodes.flatMap((node) => [
    node,
    ...(node.kind === 'choose' ? [...nodesIn(node.onTrue), ...nodesIn(node.onFalse)] : []),
  ]);

const held = definePipeline('held', { input: rows, upstream: { above } }, (flow) => {
  const { above: read } = flow.upstream;
  const before = flow.task(take, { rows: read.rows }, { id: 'before' });
  flow.check('above', gt(read.rows, 0), { severity: 'block' });
  flow.task(take, { rows: read.rows }, { id: 'after' });
  flow.task(take, { rows: before.rows }, { id: 'further' });
  flow.task(take, { rows: flow.input.rows }, { id: 'unread' });
  flow.check('given', gt(flow.input.rows, 0), { severity: 'block' });
  flow.choose(gt(flow.input.rows, 5), () => {
    flow.task(take, { rows: 1 }, { id: 'chosen' });
    flow.choose(gt(before.rows, 5), () => flow.task(take, { rows: 1 }, { id: 'within' }));
  });
  flow.task(take, { rows: 1 }, { id: 'last' });
});

test.each([
  ['before', []],
  ['after', ['above']],
  ['further', []],
  ['unread', []],
  ['chosen', ['given']],
  ['within', ['given']],
  ['last', []],
])('%s waits for %j', (id, checks) => {
  const node = nodesIn(held.flow).find((one) => one.id === id);
  expect(node && 'after' in node ? node.after : undefined).toEqual(checks);
});
