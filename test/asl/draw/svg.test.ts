import { expect, test } from '@jest/globals';
import { renderSvg } from '../../../lib/asl/index.ts';
import { eq, type Pipeline } from '../../../lib/definition/index.ts';
import { graphOf } from '../../../lib/graph/index.ts';
import { goldenPipelines } from '../golden-pipelines.ts';
import { pipelineOf, stage } from '../sample.ts';

const drawn = (pipeline: Pipeline): string => renderSvg(graphOf(pipeline));
const textsIn = (svg: string): readonly string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text ?? '');
const releasesIn = (svg: string): readonly string[] =>
  [...svg.matchAll(/<title>([^<]* releases [^<]*)</g)].map(([, text]) => text ?? '');

test.each(Object.entries(goldenPipelines))('%s: every stage and choice is drawn once', (_, pipeline) => {
  const graph = graphOf(pipeline);
  const texts = textsIn(renderSvg(graph));
  for (const { id } of graph.stages) expect(texts.filter((text) => text === id)).toEqual([id]);
});

test('a latch is a ring with a dashed line from each stage that releases it', () => {
  const svg = drawn(
    pipelineOf((flow) => {
      const [one, other] = [flow.task(stage('first'), {}), flow.task(stage('second'), {})];
      flow.task(stage('third'), { one: one.n, other: other.n });
      flow.task(stage('fourth'), { n: other.n });
    }),
  );
  expect(svg.match(/<circle class="latch"/g)).toHaveLength(1);
  expect(releasesIn(svg)).toEqual(['second releases third']);
});

test('a graph for each item stands in a frame, with latches of its own', () => {
  const svg = drawn(goldenPipelines['latch-in-a-map'] as Pipeline);
  expect(svg.match(/<rect class="items"/g)).toHaveLength(1);
  expect(svg.match(/<circle class="latch"/g)).toHaveLength(1);
  expect(releasesIn(svg)).toEqual(['first releases fourth']);
});

test('a choice shows its branches, and what has no latch no ring', () => {
  const svg = drawn(
    pipelineOf((flow) =>
      flow.choose(
        eq(flow.input.n, 1),
        () => flow.task(stage('first'), {}),
        () => null,
        { id: 'any' },
      ),
    ),
  );
  expect(textsIn(svg)).toEqual(expect.arrayContaining(['any', 'then', 'first', 'otherwise']));
  expect(svg).not.toContain('<circle');
});
