import type { PipelineGraph, PlacedStage } from '../graph/index.ts';
import { expressSeconds } from '../records/index.ts';

/** What the work itself may take. */
const workSeconds = 24 * 60 * 60;
/** Step Functions ends an execution after a year. */
const mostSeconds = 365 * 24 * 60 * 60;

/**
 * The bound of a whole run, in seconds: a day of work, and every wait at its longest; its deadline, where that ends it; what an
 * Express execution may last.
 */
export const longestRunSeconds = ({ pipeline, stages }: PipelineGraph): number => {
  if (pipeline.type === 'express') return expressSeconds;
  const { deadline } = pipeline;
  const most = deadline?.ends ? Math.min(mostSeconds, deadline.seconds) : mostSeconds;
  return Math.min(most, Math.ceil(stages.reduce((sum, stage) => sum + longestWait(stage), workSeconds)));
};

const longestWait = ({ node }: PlacedStage): number => {
  if (node.kind === 'approve' || node.kind === 'run') return node.timeoutSeconds;
  if (node.kind !== 'wait') return 0;
  return node.wait.kind === 'for' ? node.wait.seconds : node.wait.atMostSeconds;
};
