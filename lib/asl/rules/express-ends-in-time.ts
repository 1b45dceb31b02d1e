import { expressSeconds } from '../../records/index.ts';
import { factsOf } from '../estimate/facts.ts';
import { longestPath } from '../longest-path.ts';
import { grouped, type LimitRule, placeOf } from './rule.ts';

/**
 * HDL236: a run of an express pipeline lasts longer than the 5 minutes that AWS gives an Express execution, and is then
 * settled as failed. An error when its waits and expected durations come to more on its longest path; a warning when its
 * timeouts and longest waits do, each stage tried once. Fix: leave `type` out, or set shorter timeouts.
 */
export const expressEndsInTime: LimitRule = (context) => {
  const { graph } = context;
  if (graph.pipeline.type !== 'express') return [];
  const facts = factsOf(graph);
  const [declared, most] = [longestPath(graph, facts, 'declared'), longestPath(graph, facts, 'at most')];
  if (most.seconds <= expressSeconds && declared.seconds <= expressSeconds) return [];
  const certain = declared.seconds > expressSeconds;
  const path = certain ? declared : most;
  return [
    {
      code: 'HDL236',
      severity: certain ? 'error' : 'warning',
      at: placeOf(context, path.stage),
      message: certain
        ? `the pipeline is express, but a run is expected to take ${grouped(path.seconds)} s, and AWS ends an Express execution after ${expressSeconds} s`
        : `the pipeline is express, but a run whose stages go to their timeouts takes ${grouped(path.seconds)} s, and AWS ends an Express execution after ${expressSeconds} s`,
      fix: certain ? "leave type: 'express' out" : "set shorter timeouts, or leave type: 'express' out",
    },
  ];
};
