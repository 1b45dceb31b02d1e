// A plan as Amazon States Language, in JSONata: one file for each verb.
import type { Node } from '../../definition/index.ts';
import type { ControlNeed, GraphNode } from '../../graph/index.ts';
import type { Plan } from '../waves.ts';
import { emitCheck } from './check.ts';
import { emitChoose } from './choose.ts';
import { emitMap } from './map.ts';
import { emitParallel } from './parallel.ts';
import type { Emission, Piece } from './piece.ts';
import { emitSequence } from './sequence.ts';
import { emitTask } from './task.ts';
import { emitWait } from './wait.ts';

export { operator } from './operator.ts';
export type { Piece, State } from './piece.ts';

type Emit<N> = (node: N, next: string | null, emission: Emission, graph: GraphNode) => Piece;

const verbs: { readonly [kind in Node['kind']]: Emit<Extract<Node, { kind: kind }>> } = {
  task: emitTask,
  map: emitMap,
  choose: emitChoose,
  wait: emitWait,
  check: emitCheck,
};

/** Emits a plan; `next` is the state after it. `needs` are the control values that the whole pipeline reads. */
export const emit = (tree: Plan, next: string | null, needs: readonly ControlNeed[]): Piece => {
  let parallels = 0;
  const emission: Emission = {
    needs,
    nameParallel: () => {
      parallels += 1;
      return `parallel.${parallels}`;
    },
    emit: (part, after) => {
      switch (part.kind) {
        case 'node': {
          const verb = verbs[part.node.node.kind] as Emit<Node>; // The table has each kind's own emitter.
          return verb(part.node.node, after, emission, part.node);
        }
        case 'sequence':
          return emitSequence(part.parts, after, emission);
        case 'parallel':
          return emitParallel(part.branches, after, emission);
      }
    },
  };
  return emission.emit(tree, next);
};
