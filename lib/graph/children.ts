import type { Pipeline } from '../definition/index.ts';
import { placesIn } from './read.ts';

/** The pipelines that a pipeline runs. */
export const childrenOf = ({ flow }: Pipeline): readonly Pipeline[] =>
  placesIn(flow).flatMap(({ node }) => (node.kind === 'run' ? [node.child] : []));
