import { DefinitionError, type Pipeline } from '../definition/index.ts';
import { validate } from '../graph/index.ts';
import { findPipeline } from './find-pipeline.ts';
import type { Setting } from './setting.ts';

/**
 * A pipeline that passed every rule of the graph, so that it can be drawn, compiled and started. Its handlers need not be
 * there yet. Throws CliError HDL606, and DefinitionError with all its diagnostics when one of them is an error.
 */
export const checkedPipeline = async (setting: Setting, name: string): Promise<Pipeline> => {
  const all = await setting.loadPipelines();
  const pipeline = findPipeline(all, name);
  const diagnostics = validate(all).filter(({ at }) => at === name || at.startsWith(`${name}.`));
  if (diagnostics.some(({ severity }) => severity === 'error')) throw new DefinitionError(diagnostics);
  return pipeline;
};
