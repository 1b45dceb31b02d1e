// The front of the compiler: a pipeline's graph in, a state machine's definition out.
import type { ExecutionType, RowsFile } from '../definition/index.ts';
import { canonicalGraph, indexedIn, type PipelineGraph } from '../graph/index.ts';
import type { Json, PlannedStage } from '../records/index.ts';
import { sha256 } from '../support/sha256.ts';
import { constant } from './constant.ts';
import { controlOfBegin } from './control.ts';
import { emitCompensation } from './emit/compensation.ts';
import { emit, type Operator, operator, statesThatCall } from './emit/index.ts';
import { longestRunSeconds } from './longest-run.ts';
import { type MapMode, mapModeOf, modesIn } from './map-mode.ts';

/**
 * A compiled pipeline. `definition` is the text that ships: compact JSON with the placeholders named in `substitutions`, which
 * CloudFormation fills in (`DefinitionSubstitutions`). `hash` is the first 12 hex digits of its SHA-256, taken with the
 * placeholders in place, so it is the same at synth, on the laptop and in every account.
 */
export interface CompiledPipeline {
  readonly name: string;
  readonly type: ExecutionType;
  readonly definition: string;
  readonly hash: string;
  /** Ids of the stages; each has a placeholder `stage_<id>`. */
  readonly stages: readonly string[];
  /** How each map runs, and why. */
  readonly maps: readonly { readonly stage: string; readonly mode: MapMode; readonly rows?: RowsFile }[];
  /** Those that it calls; each has a placeholder `operator_<name>`. */
  readonly operators: readonly Operator[];
  /** Machines that the pipeline's own starts, where it would be too large: what stands for each one's ARN, and its definition. */
  readonly children: readonly ChildDefinition[];
  /** The definition of the machine that undoes what a failed run did; undefined where no stage is to be undone. */
  readonly compensation: string | undefined;
  /** The states that the local engine calls a handler for instead of AWS, and its name. */
  readonly standIns: readonly { readonly state: string; readonly handler: string }[];
  /** Ids of the stages that wake others who wait at a latch. */
  readonly releases: readonly string[];
  /** True when there are latches: the machine then writes to the ledger, whose table's name is the placeholder `ledger`. */
  readonly waits: boolean;
}

export interface ChildDefinition {
  /** `machine_3`. */
  readonly placeholder: string;
  readonly definition: string;
}

/** Compiles a graph that passed `validate`. Deterministic: definitions that mean the same give equal bytes, in whatever order. */
export const compile = (given: PipelineGraph): CompiledPipeline => {
  const graph = canonicalGraph(given);
  const { pipeline } = graph;
  const stages: readonly (PlannedStage | string)[] = graph.stages.map(({ id, within }) =>
    within.length === 0 ? id : { id, within },
  );
  const longestSeconds = longestRunSeconds(graph);
  const body = emit(graph.root, 'finish', { needs: graph.controls, indexed: indexedIn(graph), longestSeconds });
  const machine: Json = {
    Comment: `Heddle pipeline ${pipeline.name}`,
    QueryLanguage: 'JSONata',
    StartAt: 'begin',
    TimeoutSeconds: longestSeconds,
    States: {
      begin: operator(
        'begin',
        {
          pipeline: pipeline.name,
          definitionHash: `\${definitionHash}`,
          execution: '{% $states.context.Execution.Id %}',
          input: '{% $states.input %}',
          control: constant(controlOfBegin(graph.controls)),
        },
        '{% $states.result.Payload %}',
        body.start,
      ),
      ...body.states,
      finish: operator(
        'finish',
        {
          run: '{% $states.input.run %}',
          stages: constant(stages),
          chosen: '{% $states.input.chosen %}',
          output: constant(pipeline.flow.output),
        },
        '{% $states.result.Payload %}',
        null,
      ),
    },
  };
  const definition = JSON.stringify(machine);
  const modes = modesIn(graph.root);
  const children = body.machines.map(({ placeholder, start, states }) => ({
    placeholder,
    definition: JSON.stringify({
      Comment: `Part of the Heddle pipeline ${pipeline.name}`,
      QueryLanguage: 'JSONata',
      StartAt: start,
      TimeoutSeconds: longestSeconds,
      States: states,
    }),
  }));
  const undo = emitCompensation(graph);
  const compensation = undo === undefined ? undefined : JSON.stringify(undo);
  return {
    name: pipeline.name,
    type: pipeline.type,
    definition,
    // Definitions that mean the same give equal bytes: see `canonicalGraph`.
    hash: sha256(
      [definition, ...children.map((child) => child.definition), ...(compensation ? [compensation] : [])].join('\n'),
    ).slice(0, 12),
    stages: graph.stages.map(({ id }) => id),
    maps: graph.stages.flatMap(({ id, node }) =>
      node.kind === 'map'
        ? [{ stage: id, mode: modes.get(id) ?? mapModeOf(node), ...(node.rows ? { rows: node.rows } : {}) }]
        : [],
    ),
    operators: graph.stages.some(({ node }) => node.kind === 'map' && node.rows !== undefined)
      ? ['begin', 'settle', 'mend', 'finish']
      : ['begin', 'settle', 'finish'],
    children,
    compensation,
    standIns: graph.stages.flatMap(({ node }) => {
      if (node.kind !== 'service' || node.standIn === undefined) return [];
      const handler = node.standIn;
      return statesThatCall(node).map((state) => ({ state, handler }));
    }),
    releases: body.releases,
    waits: body.releases.length > 0,
  };
};
