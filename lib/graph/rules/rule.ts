// What a rule is. Each rule's file owns one code: its doc comment says the cause and the fix.
import type { Diagnostic, Pipeline } from '../../definition/index.ts';
import type { PipelineGraph } from '../graph.ts';

/** What a rule sees: the pipeline that it is asked about, as a graph, and every pipeline of the application. */
export interface RuleContext {
  readonly graph: PipelineGraph;
  readonly all: readonly Pipeline[];
}

export type Rule = (context: RuleContext) => readonly Diagnostic[];
