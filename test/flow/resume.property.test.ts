// Random graphs of tasks and maps in which random stages and items fail: one resume completes the run, and no unit of work
// that had succeeded is done a second time.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod';
import { definePipeline, defineStage, type Pipeline, type Ref } from '../../lib/definition/index.ts';
import { orderOf, planRedo } from '../../lib/ledger/index.ts';
import { PermanentError } from '../../lib/runtime/index.ts';
import { openBench } from './bench.ts';

const given = z.object({ stage: z.string(), n: z.number().optional(), reads: z.array(z.any()).readonly() });
const gives = z.object({ n: z.number(), list: z.array(z.number()) });

/** Each gene makes a stage: what it reads of those before it, and whether it is a map. */
const grow = (genes: readonly number[]): Pipeline =>
  definePipeline('random', { input: z.looseObject({}) }, (flow) => {
    const refs: { readonly value: Ref<unknown>; readonly list: Ref<readonly number[]> | undefined }[] = [];
    genes.forEach((gene, at) => {
      const name = `s${at}`;
      const contract = defineStage(name, { input: given, output: gives, retry: { attempts: 1 } });
      const reads = refs.filter((_, before) => (gene >> before) % 3 === 1);
      const list = reads.find((one) => one.list)?.list;
      const values = reads.map(({ value }) => value);
      if (list && gene % 2 === 0) {
        const mapped = flow.map(contract, list, (n) => ({ stage: name, n, reads: values }), { batch: 2 });
        refs.push({ value: mapped.outputs, list: undefined });
      } else {
        const done = flow.task(contract, { stage: name, reads: values });
        refs.push({ value: done.n, list: done.list });
      }
    });
  });

interface Input {
  readonly stage: string;
  readonly n?: number;
}

test('a resume does what failed and what was skipped, and nothing else', async () => {
  let failures = 0;
  const property = fc.asyncProperty(
    fc.array(fc.nat(10_000), { minLength: 2, maxLength: 10 }),
    fc.array(fc.nat(10_000), { minLength: 1, maxLength: 6 }),
    async (genes, faults) => {
      const succeeded: string[] = [];
      let failing = new Set<string>();
      const work = ({ stage, n }: Input) => {
        const unit = n === undefined ? stage : `${stage}/${n}`;
        if (failing.has(stage) || failing.has(unit)) throw new PermanentError(`${unit} fails`);
        succeeded.push(unit);
        return { n: n ?? stage.length, list: [1, 2, 3, 4, 5] };
      };
      const pipeline = grow(genes);
      const bench = await openBench([pipeline], Object.fromEntries(genes.map((_, at) => [`s${at}`, work])));
      try {
        const clean = await bench.run('random', {}, 'clean');
        expect(clean.run.status).toBe('completed');
        const all = succeeded.toSorted();
        succeeded.length = 0;

        failing = new Set(faults.map((fault) => all[fault % all.length] ?? ''));
        const broken = await bench.run('random', {}, 'broken');
        expect(broken.run.status).toBe('failed');
        failures += 1;
        failing = new Set();
        const plan = planRedo({
          records: Object.values(broken.stages),
          stages: genes.map((_, at) => `s${at}`),
          deployed: new Map(),
          lost: new Set(),
          redefined: false,
          from: undefined,
        });
        const mended = await bench.resume(broken.run, orderOf(plan));
        expect(mended.run.status).toBe('completed');
        expect(mended.execution).toBe('SUCCEEDED');
        expect(succeeded.toSorted()).toEqual(all); // each once
        for (const stage of Object.keys(clean.stages))
          expect(await mended.output(stage)).toEqual(await clean.output(stage));
        const letters = await bench.local.ledger.deadLetters.list('random', broken.run.run);
        expect(letters.map(({ state }) => state)).toEqual(letters.map(() => 'replayed'));
      } finally {
        await bench.close();
      }
    },
  );
  await fc.assert(property, { numRuns: 30, seed: 4 });
  expect(failures).toBe(30);
}, 300_000);
