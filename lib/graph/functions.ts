// The Lambda functions that a pipeline's state machine calls for its stages.
import type { HandledNode, Stage } from '../definition/index.ts';
import type { PipelineGraph, PlacedStage } from './graph.ts';

/** One function to be made: a stage's, or the fallback's of a stage. */
export interface StageFunctionNeed {
  /** The stage's id, or `<id>.fallback`. */
  readonly key: string;
  /** What stands for the function in the definition: `stage_<id>` or `fallback_<id>`. */
  readonly placeholder: string;
  /** The contract that the function fulfils; its handler's file is named after it. */
  readonly stage: Stage;
  readonly placed: PlacedStage<HandledNode>;
}

/** The functions of a pipeline's stages, in the order recorded, a fallback after its stage. */
export const functionsOf = ({ handled }: PipelineGraph): readonly StageFunctionNeed[] =>
  handled.flatMap((placed): StageFunctionNeed[] => {
    const { id, node } = placed;
    const own = { key: id, placeholder: `stage_${id}`, stage: node.stage, placed };
    if (node.kind !== 'task' || !node.fallback) return [own];
    return [own, { key: `${id}.fallback`, placeholder: `fallback_${id}`, stage: node.fallback, placed }];
  });
