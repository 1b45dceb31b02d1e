// All that a definition can get wrong, checked together: one rule a file, each a function from pipelines to diagnostics.
import type { Diagnostic, Pipeline } from '../definition/index.ts';
import { graphOf, type PipelineGraph } from './graph.ts';
import { rules } from './rules/index.ts';

/** What a rule sees: every pipeline of the application, as graphs, and the one it is asked about. */
export interface RuleContext {
  readonly graph: PipelineGraph;
  readonly all: readonly Pipeline[];
}

/** Every diagnostic of these pipelines, in the order of the pipelines, then of the rules. */
export const validate = (pipelines: readonly Pipeline[]): readonly Diagnostic[] =>
  pipelines.flatMap((pipeline) => {
    const context: RuleContext = { graph: graphOf(pipeline), all: pipelines };
    return rules.flatMap((rule) => rule(context));
  });
