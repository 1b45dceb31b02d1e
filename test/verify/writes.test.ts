// What the ledger costs where nothing fails: counted at the wire, for the pipelines that ship.
import { afterEach, expect, test } from '@jest/globals';
import { pipelines } from '../../bin/pipelines.ts';
import { graphOf } from '../../lib/graph/index.ts';
import { openBench } from '../../lib/verify/bench.ts';
import { runWith } from '../../lib/verify/cell.ts';
import { expectedOf } from '../../lib/verify/expected.ts';
import { upstreamOf } from '../../lib/verify/matrix.ts';
import { bendsFor } from '../../lib/verify/steer.ts';
import { stubsFor } from '../../lib/verify/stubs.ts';

const real = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = real;
});

/** Counts writes of items by their sort keys. */
const counting = (): ReadonlyMap<string, number> => {
  const writes = new Map<string, number>();
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    if (/\.(PutItem|UpdateItem|DeleteItem)$/.test(request.headers.get('x-amz-target') ?? '')) {
      const { Key, Item } = (await request.clone().json()) as { readonly [field: string]: { sk: { S: string } } };
      const key = (Key ?? Item)?.sk.S ?? '';
      writes.set(key, (writes.get(key) ?? 0) + 1);
    }
    return real(request);
  };
  return writes;
};

test.each(pipelines.map((pipeline) => [pipeline.name, pipeline] as const))(
  'a stage of %s, or a batch of one, is written twice at most',
  async (_, pipeline) => {
    const graph = graphOf(pipeline);
    const upstream = await upstreamOf(pipeline, 1);
    const stubs = stubsFor(pipeline, { given: {}, seed: 1, upstream, bends: bendsFor(graph, {}) });
    const bench = await openBench(graph);
    try {
      await bench.giveUpstream(stubs.upstream);
      const expected = await expectedOf(graph, stubs, new Map());
      const writes = counting();
      const { problems } = await runWith(bench, { ...expected, id: 'plain' });
      expect(problems).toEqual([]);
      const ofStages = [...writes].filter(([key]) => /^(stage|batch)#/.test(key));
      expect(ofStages.length).toBeGreaterThanOrEqual(graph.handled.length);
      expect(ofStages.filter(([, times]) => times > 2)).toEqual([]);
    } finally {
      await bench.close();
    }
  },
);
