// What a run of a pipeline costs and how near it comes to AWS's limits, worked out from the machine as emitted.
import type { PipelineGraph } from '../../graph/index.ts';
import { prices as listPrices, type Prices } from '../../records/index.ts';
import { type CompiledPipeline, compile } from '../compile.ts';
import { longestPath } from '../longest-path.ts';
import { assumptionsOf } from './assumptions.ts';
import type { Call } from './calls.ts';
import { factsOf, type GivenItems } from './facts.ts';
import { type LimitUse, limitsOf } from './limits.ts';
import type { RunLoad } from './load.ts';
import { type AslMachine, type AslState, isDistributed, statesOf } from './machine.ts';
import { type EmittedMachine, type Figures, type Scenario, type Subject, scenarioOf } from './scenario.ts';
import { operatorSeconds } from './usage.ts';

/** A stage's part: its states, its Lambda's calls, what they read and write. */
export interface StageEstimate {
  readonly stage: string;
  /** Of a map, how it runs and over how many items. */
  readonly map?: { readonly mode: 'inline' | 'distributed'; readonly items: number; readonly batches: number };
  readonly happy: Figures;
  readonly worst: Figures;
}

/**
 * `happy`: nothing fails, and of a choice the dearer branch is taken. `worst`: every retry is used, and every try of a stage
 * runs to its timeout.
 */
export interface Estimate {
  readonly pipeline: string;
  readonly definitionHash: string;
  readonly stages: readonly StageEstimate[];
  /** What is no stage's own: the start, `begin`, `finish`, forks, choices. */
  readonly heddle: { readonly happy: Figures; readonly worst: Figures };
  readonly happy: Figures;
  readonly worst: Figures;
  /** What a run calls of AWS's services when nothing fails. */
  readonly calls: readonly Call[];
  /** The same over time. */
  readonly load: RunLoad;
  /** How long a run takes on its longest path when nothing fails. */
  readonly usualSeconds: number;
  readonly limits: readonly LimitUse[];
  /** What was taken for granted, in sentences. */
  readonly assumptions: readonly string[];
}

export interface EstimateOptions {
  /** Items of every map, instead of what is expected of it. */
  readonly items?: GivenItems;
  /** @default list prices */
  readonly prices?: Prices;
}

/** Estimates a pipeline that passed `validate`. */
export const estimate = (graph: PipelineGraph, options: EstimateOptions = {}): Estimate => {
  const compiled = compile(graph);
  const { prices = listPrices } = options;
  const machines = machinesOf(compiled);
  const compensation = compiled.compensation === undefined ? undefined : emitted({ definition: compiled.compensation });
  const facts = factsOf(graph, options.items);
  const { upstream, admission } = graph.pipeline;
  const subject: Subject = {
    machines,
    facts,
    stages: new Set(graph.stages.map(({ id }) => id)),
    door: { upstreams: Object.keys(upstream).length, gated: admission !== undefined },
  };
  const isExpress = graph.pipeline.type === 'express';
  const scenario = (failing: boolean): Scenario =>
    scenarioOf(subject, {
      failing,
      prices,
      ...(isExpress
        ? { expressSeconds: longestPath(graph, facts, failing ? 'at most' : 'usual').seconds + 2 * operatorSeconds }
        : {}),
    });
  const [happy, worst] = [scenario(false), scenario(true)];
  const usualSeconds = longestPath(graph, facts, 'usual').seconds + 2 * operatorSeconds;
  const states = machines.flatMap(({ machine }) => statesOf(machine));
  const maps = new Map(states.flatMap(([, state]) => batchesIn(state).map((stage) => [stage, state] as const)));
  return {
    pipeline: graph.pipeline.name,
    definitionHash: compiled.hash,
    stages: graph.stages.map(({ id }): StageEstimate => {
      const map = maps.get(id);
      const { items, batches = 0 } = facts.get(id) ?? {};
      return {
        stage: id,
        ...(map && items !== undefined
          ? { map: { mode: isDistributed(map) ? 'distributed' : 'inline', items, batches } }
          : {}),
        happy: happy.of(id),
        worst: worst.of(id),
      };
    }),
    heddle: { happy: happy.of(undefined), worst: worst.of(undefined) },
    happy: happy.total,
    worst: worst.total,
    calls: happy.calls,
    load: { pipeline: graph.pipeline.name, ...happy.load },
    usualSeconds,
    limits: limitsOf({ ...subject, graph, happy, worst, compensation }),
    assumptions: assumptionsOf(states, [...facts.values()], isExpress, prices),
  };
};

/** The stages whose batches are in a Map. */
const batchesIn = ({ ItemProcessor }: AslState): readonly string[] =>
  ItemProcessor
    ? statesOf(ItemProcessor).flatMap(([name]) => (name.endsWith('.batch') ? [name.slice(0, -'.batch'.length)] : []))
    : [];

/** What `compile` gave, a pipeline too large for one machine with those that it starts. */
const machinesOf = (compiled: CompiledPipeline & { readonly children?: readonly Child[] }): Subject['machines'] => [
  emitted(compiled),
  ...(compiled.children ?? []).map((child) => ({ ...emitted(child), placeholder: child.placeholder })),
];

type Child = { readonly placeholder: string; readonly definition: string };

const emitted = ({ definition }: { readonly definition: string }): EmittedMachine => ({
  definition,
  machine: JSON.parse(definition) as AslMachine,
});
