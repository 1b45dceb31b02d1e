import { bindingsOf, refsIn } from '../definition/index.ts';
import type { PipelineGraph } from './graph.ts';
import { placesIn } from './read.ts';

/** The maps whose results somebody reads by their index: a stage, or whoever reads what the pipeline gives. */
export const indexedIn = ({ pipeline }: Pick<PipelineGraph, 'pipeline'>): ReadonlySet<string> => {
  const places = placesIn(pipeline.flow);
  const maps = new Set(places.flatMap(({ id, node }) => (node.kind === 'map' ? [id] : [])));
  const read = [
    ...places.flatMap(({ node }) => (node.kind === 'choose' ? [] : bindingsOf(node))),
    pipeline.flow.output,
  ];
  return new Set(
    read
      .flatMap(refsIn)
      .flatMap(({ source, path }) =>
        source.kind === 'stage' && path[0] === 'results' && maps.has(source.stage) ? [source.stage] : [],
      ),
  );
};
