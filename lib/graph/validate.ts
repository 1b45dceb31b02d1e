// All that a definition can get wrong, checked together: one rule a file, each a function from pipelines to diagnostics.
import type { Diagnostic, Pipeline } from '../definition/index.ts';
import { graphOf } from './graph.ts';
import { rules } from './rules/index.ts';
import type { RuleContext } from './rules/rule.ts';

/** Every diagnostic of these pipelines, in the order of the pipelines, then of the rules. */
export const validate = (pipelines: readonly Pipeline[]): readonly Diagnostic[] =>
  pipelines.flatMap((pipeline) => {
    const context: RuleContext = { graph: graphOf(pipeline), all: pipelines };
    return rules.flatMap((rule) => rule(context));
  });
