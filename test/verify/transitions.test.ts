// What the options for failures cost where nothing fails: no state more than without them.
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, defineStage, type Pipeline } from '../../lib/definition/index.ts';
import { graphOf } from '../../lib/graph/index.ts';
import { openBench } from '../../lib/verify/bench.ts';
import { runWith } from '../../lib/verify/cell.ts';
import { expectedOf } from '../../lib/verify/expected.ts';
import { stubsFor } from '../../lib/verify/stubs.ts';

const text = z.object({ text: z.string() });
const undo = defineStage('undo', { input: z.object({ input: text, output: text }), output: z.object({}) });
const spare = defineStage('spare', { input: text, output: text });

/** The same stages in the same order, with every option that says what becomes of a failure, or with none. */
const sample = (isCareful: boolean): Pipeline => {
  const retry = isCareful ? { retry: { attempts: 5, moreMemoryMb: 4_096 } } : {};
  const list = defineStage('list', { input: text, output: z.object({ items: z.array(text) }), ...retry });
  const clean = defineStage('clean', { input: text, output: text, ...retry });
  const judge = defineStage('judge', { input: text, output: text, ...retry });
  const tell = defineStage('tell', { input: text, output: text, ...retry });
  const deadline = isCareful ? { deadline: { after: '1h', ends: true } as const } : {};
  return definePipeline('sample', { input: text, ...deadline }, (flow) => {
    const { items } = flow.task(list, { text: flow.input.text }, isCareful ? { cache: true } : {});
    flow.map(
      clean,
      items,
      ({ text }) => ({ text }),
      isCareful ? { tolerate: { percent: 50 }, cache: { for: '7d' }, onFailure: 'skip' } : {},
    );
    const judged = flow.task(
      judge,
      { text: flow.input.text },
      isCareful ? { fallback: spare, compensate: undo, onCancel: 'compensate' } : {},
    );
    return flow.task(tell, { text: judged.text }, isCareful ? { onFailure: { value: { text: '' } } } : {});
  });
};

/** The names of the states that a run without a fault enters, sorted, and its number of transitions. */
const entered = async (pipeline: Pipeline): Promise<readonly string[]> => {
  const graph = graphOf(pipeline);
  const stubs = stubsFor(pipeline, { given: {}, seed: 1, upstream: {}, bends: [] });
  const bench = await openBench(graph);
  try {
    const { problems, finished } = await runWith(bench, {
      ...(await expectedOf(graph, stubs, new Map())),
      id: 'plain',
    });
    expect(problems).toEqual([]);
    const { executionArn } = (await bench.services.ledger.runs.get(pipeline.name, finished.run)) ?? {};
    const names: string[] = [];
    let nextToken: unknown;
    do {
      const asked = { executionArn, ...(nextToken ? { nextToken } : {}) };
      const page = (await bench.services.aws.call('states', 'GetExecutionHistory', asked)) as {
        readonly events: readonly { readonly stateEnteredEventDetails?: { readonly name: string } }[];
        readonly nextToken?: string;
      };
      names.push(...page.events.flatMap(({ stateEnteredEventDetails: at }) => (at ? [at.name] : [])));
      nextToken = page.nextToken;
    } while (nextToken);
    return names.sort();
  } finally {
    await bench.close();
  }
};

test('retries, dead letters, fallbacks, undos, a cache and a deadline enter no further state', async () => {
  const [plain, careful] = [await entered(sample(false)), await entered(sample(true))];
  expect(plain.length).toBeGreaterThan(6);
  expect(careful).toEqual(plain);
});
