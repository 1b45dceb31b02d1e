// A plan as Amazon States Language, in JSONata: one file for each verb.
import type { Node } from '../../definition/index.ts';
import { type ControlNeed, fuseMaps, type GraphNode, type Level } from '../../graph/index.ts';
import type { LatchRelease } from '../../records/index.ts';
import { planOf } from '../plan/index.ts';
import { emitApprove } from './approve.ts';
import { emitCheck } from './check.ts';
import { emitChoose } from './choose.ts';
import { givesOf } from './gives.ts';
import { releasesOf } from './latch.ts';
import { emitLevel } from './level.ts';
import { emitMap } from './map.ts';
import type { ChildMachine, Emission, Piece } from './piece.ts';
import { emitRun } from './run.ts';
import { emitService } from './service.ts';
import { emitTask } from './task.ts';
import { emitWait } from './wait.ts';

export { type Operator, operator } from './operator.ts';
export type { ChildMachine, Piece, State } from './piece.ts';
export { statesThatCall } from './service.ts';

type Emit<N> = (node: N, next: string | null, emission: Emission, graph: GraphNode) => Piece;

const verbs: { readonly [kind in Node['kind']]: Emit<Extract<Node, { kind: kind }>> } = {
  task: emitTask,
  map: emitMap,
  choose: emitChoose,
  wait: emitWait,
  check: emitCheck,
  approve: emitApprove,
  run: emitRun,
  service: emitService,
};

/** What the machine is emitted for. */
export interface EmitOptions {
  /** The control values that the whole pipeline reads. */
  readonly needs: readonly ControlNeed[];
  /** Maps whose results are read by their index. */
  readonly indexed: ReadonlySet<string>;
  /** How long a run may last. */
  readonly longestSeconds: number;
}

/** The states of a pipeline's nodes, and which nodes release latches. */
export interface Emitted extends Piece {
  readonly releases: readonly string[];
  readonly machines: readonly ChildMachine[];
}

/** Emits a pipeline's nodes; `next` is the state after them. */
export const emit = (level: Level, next: string | null, { needs, indexed, longestSeconds }: EmitOptions): Emitted => {
  let parallels = 0;
  const releases = new Map<string, readonly LatchRelease[]>();
  const releasing = new Set<string>();
  const machines: ChildMachine[] = [];
  let named = 0;
  const emission: Emission = {
    needs,
    indexed,
    longestSeconds,
    gives: givesOf(needs),
    releasesOf: (node) => releases.get(node) ?? [],
    nameParallel: () => {
      parallels += 1;
      return `parallel.${parallels}`;
    },
    nameMachine: () => {
      named += 1;
      return `machine_${named}`;
    },
    addMachine: (machine) => {
      machines.push(machine);
    },
    addReleasing: (stages) => {
      for (const stage of stages) releasing.add(stage);
    },
    level: (whole, after) => {
      const inner = fuseMaps(whole);
      const planning = planOf(inner.nodes);
      for (const [producer, each] of releasesOf(planning.latches)) {
        releases.set(producer, each);
        releasing.add(producer);
      }
      return emitLevel(inner, planning, after, emission, emitNode);
    },
  };
  return { ...emission.level(level, next), releases: [...releasing].sort(), machines };
};

const emitNode = (graph: GraphNode, next: string | null, emission: Emission): Piece => {
  const verb = verbs[graph.node.kind] as Emit<Node>; // The table has each kind's own emitter.
  return verb(graph.node, next, emission, graph);
};
