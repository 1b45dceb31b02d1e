// A map with so many batches at once that their records are spread over several keys of the table: what reads them finds them all.
import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, defineStage } from '../../lib/definition/index.ts';
import { belowOf, tallyOf } from '../../lib/ledger/index.ts';
import { PermanentError } from '../../lib/runtime/index.ts';
import { type Bench, openBench } from './bench.ts';

let bench: Bench;
afterEach(() => bench.close());

const one = z.object({ n: z.number() });
const square = defineStage('square', { input: one, output: one, retry: { attempts: 1 } });
const next = defineStage('next', { input: one, output: one, retry: { attempts: 1 } });
const all = defineStage('all', {
  input: z.object({ all: z.array(one).readonly() }),
  output: z.object({ all: z.array(one).readonly() }),
});
const total = defineStage('total', { input: z.object({ parts: z.array(one) }), output: one });

const pipeline = definePipeline('spread', { input: z.object({ list: z.array(z.number()) }) }, (flow) => {
  const options = { batch: 1, concurrency: 1_000, tolerate: { count: 2 } };
  const squared = flow.map(square, flow.input.list, (n) => ({ n }), options);
  const behind = flow.map(next, squared.outputs, ({ n }) => ({ n }), options);
  const listed = flow.task(all, { all: behind.outputs });
  const summed = flow.reduce(total, behind, ({ n }) => ({ n }), { empty: { n: 0 } });
  return { listed, summed, indexed: behind.results };
});
const list = Array.from({ length: 40 }, (_, n) => n);
const upTo = (count: number, but: readonly number[] = []) =>
  list.slice(0, count).flatMap((n) => (but.includes(n) ? [] : [{ n: n * n + 1 }]));
const sumOf = (items: readonly { readonly n: number }[]) => ({ n: items.reduce((sum, { n }) => sum + n, 0) });

test('batches are under eight keys, read in their order, done again where they failed, and taken over by a fork', async () => {
  const failing = new Set([7, 30]);
  const worked: number[] = [];
  bench = await openBench([pipeline], {
    square: ({ n }: { readonly n: number }) => {
      if (failing.has(n)) throw new PermanentError('not now');
      worked.push(n);
      return { n: n * n };
    },
    next: ({ n }: { readonly n: number }) => ({ n: n + 1 }),
    total: ({ parts }: { readonly parts: readonly { readonly n: number }[] }) => sumOf(parts),
  });
  const first = await bench.run('spread', { list });
  expect(first.run).toMatchObject({ status: 'completed', deadLetters: 2 });
  const made = upTo(40, [7, 30]);
  expect([await first.output('all'), await first.output('total')]).toEqual([{ all: made }, sumOf(made)]);
  expect(first.stages).toMatchObject({ square: { spread: 8 }, next: { spread: 8, items: { completed: 38 } } });

  const { Items } = await bench.local.service('dynamodb').call('Scan', { TableName: 'ledger' });
  const keys = (
    Items as readonly { readonly pk: { readonly S: string }; readonly sk: { readonly S: string } }[]
  ).flatMap(({ pk, sk }) => (sk.S.startsWith('batch#square#') ? [pk.S] : []));
  const counts = [...new Set(keys)].map((key) => keys.filter((one) => one === key).length);
  expect(counts).toHaveLength(8);
  expect(Math.max(...counts)).toBeLessThanOrEqual(7); // 40 over eight keys
  const at = { pipeline: 'spread', run: first.run.run, stage: 'next', spread: 8 };
  expect(await tallyOf(bench.local.ledger.stages, at)).toMatchObject({ completed: 38, failed: 0 });

  failing.clear();
  worked.length = 0;
  const below = [...belowOf(new Set(['square']), Object.values(first.stages)).keys()];
  const mended = await bench.resume(first.run, { again: [], below, items: { square: [7, 30] } });
  expect(worked.toSorted()).toEqual([30, 7]);
  expect([await mended.output('all'), await mended.output('total')]).toEqual([{ all: upTo(40) }, sumOf(upTo(40))]);

  const { runs, stages, takeOver } = bench.local.ledger;
  await runs.create({ ...mended.run, run: 'fork', status: 'pending' });
  await takeOver('spread', mended.run.run, 'fork', new Set(['total']), 'total');
  const taken = { pipeline: 'spread', run: 'fork', stage: 'square', spread: 8 };
  expect((await stages.listBatches(taken, false)).map(({ batch }) => batch)).toEqual(list);
});
