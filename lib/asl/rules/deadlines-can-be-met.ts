import type { StageNode } from '../../definition/index.ts';
import { factsOf } from '../estimate/facts.ts';
import { longestPath } from '../longest-path.ts';
import { grouped, type LimitRule, placeOf } from './rule.ts';

/** Step Functions ends an execution after a year; the work itself may take a day of it. */
const mostSeconds = 364 * 24 * 60 * 60;

/**
 * HDL237: a deadline that cannot be: no whole seconds from 1 to 364 days; shorter than what a run is declared to take; or to end a
 * run of an express pipeline, which AWS does not stop. A warning where a single wait may last longer than it. Fix: as the message
 * says.
 */
export const deadlinesCanBeMet: LimitRule = (context) => {
  const { graph } = context;
  const { deadline, type } = graph.pipeline;
  if (!deadline) return [];
  const { seconds, ends } = deadline;
  const problem = (severity: 'error' | 'warning', stage: string | undefined, message: string, fix: string) => ({
    code: 'HDL237',
    severity,
    at: placeOf(context, stage),
    message,
    fix,
  });
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > mostSeconds)
    return [
      problem(
        'error',
        undefined,
        `deadline is ${seconds} s, but a run has whole seconds, from one to 364 days`,
        "set a span in that range, such as '2h'",
      ),
    ];
  if (ends && type === 'express')
    return [
      problem(
        'error',
        undefined,
        'the deadline is to end a run of an express pipeline, but AWS stops no Express execution; it ends after 5 minutes by itself',
        "leave ends out, or type: 'express'",
      ),
    ];
  const declared = longestPath(graph, factsOf(graph), 'declared');
  if (declared.seconds > seconds)
    return [
      problem(
        'error',
        declared.stage,
        `the deadline is ${grouped(seconds)} s, but a run is declared to take ${grouped(declared.seconds)} s, most of them here`,
        'set a later deadline, or a shorter wait',
      ),
    ];
  return graph.stages.flatMap(({ id, node }) => {
    const longest = longestWait(node);
    if (longest <= seconds) return [];
    const message = `this may wait ${grouped(longest)} s, but the deadline of the run is ${grouped(seconds)} s`;
    return [problem('warning', id, message, 'set a later deadline, or a shorter timeout')];
  });
};

const longestWait = (node: StageNode): number => {
  if (node.kind === 'approve' || (node.kind === 'run' && node.timeoutSeconds !== usualChildSeconds))
    return node.timeoutSeconds;
  return node.kind === 'wait' && node.wait.kind === 'until' ? node.wait.atMostSeconds : 0;
};

/** What `flow.run` has where nobody said how long: no reason to warn. */
const usualChildSeconds = 24 * 60 * 60;
