// The Lambda functions that a pipeline's state machine calls for its stages.
import type { HandledNode, Stage } from '../definition/index.ts';
import type { PipelineGraph, PlacedStage } from './graph.ts';

/** One function to be made: a stage's, the fallback's of a stage, or one of theirs again with more memory. */
export interface StageFunctionNeed {
  /** The stage's id, `<id>.fallback`, or either with `.moreMemory`; of stages in rounds of a repetition, the id that they share. */
  readonly key: string;
  /** What stands for the function in the definition: `stage_<id>`, `fallback_<id>`, `…_moreMemory`; one for each round. */
  readonly placeholders: readonly string[];
  /** The contract that the function fulfils; its handler's file is named after it. */
  readonly stage: Stage;
  readonly memoryMb: number;
  /** The first stage that calls it. */
  readonly placed: PlacedStage<HandledNode>;
}

/** The name under which a stage has its function and its metrics. */
export const functionKey = ({ id, shares }: HandledNode): string => shares ?? id;

/** The functions of a pipeline's stages, in the order recorded, a fallback after its stage. */
export const functionsOf = ({ handled }: PipelineGraph): readonly StageFunctionNeed[] => {
  const found = new Map<string, StageFunctionNeed>();
  const addOne = (key: string, placeholder: string, need: Omit<StageFunctionNeed, 'key' | 'placeholders'>): void => {
    const { placeholders = [] } = found.get(key) ?? {};
    found.set(key, { key, ...need, placeholders: [...placeholders, placeholder] });
  };
  const add = (key: string, placeholder: string, stage: Stage, placed: PlacedStage<HandledNode>): void => {
    const first = found.get(key)?.placed ?? placed;
    addOne(key, placeholder, { stage, memoryMb: stage.memoryMb, placed: first });
    const { moreMemoryMb } = stage.retry;
    if (moreMemoryMb === undefined) return;
    addOne(`${key}.moreMemory`, `${placeholder}_moreMemory`, { stage, memoryMb: moreMemoryMb, placed: first });
  };
  for (const placed of handled) {
    const { id, node } = placed;
    const key = functionKey(node);
    add(key, `stage_${id}`, node.stage, placed);
    if (node.kind === 'task' && node.compensate) add(`${key}.compensate`, `compensate_${id}`, node.compensate, placed);
    if (node.kind === 'task' && node.fallback) add(`${key}.fallback`, `fallback_${id}`, node.fallback, placed);
  }
  return [...found.values()];
};
