import type { Diagnostic } from '../../definition/index.ts';
import type { PipelineGraph } from '../../graph/index.ts';
import type { Estimate } from '../estimate/estimate.ts';

/** What a rule of the limits looks at: a graph without errors, and the estimate of it. */
export interface LimitContext {
  readonly graph: PipelineGraph;
  readonly estimate: Estimate;
}

export type LimitRule = (context: LimitContext) => readonly Diagnostic[];

/** `pipeline.stage`, or the pipeline alone. */
export const placeOf = ({ graph }: LimitContext, stage: string | undefined): string =>
  stage === undefined ? graph.pipeline.name : `${graph.pipeline.name}.${stage}`;

/** 25,000 */
export const grouped = (count: number): string => Math.ceil(count).toLocaleString('en-US');
