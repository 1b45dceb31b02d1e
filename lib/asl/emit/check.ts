import type { CheckNode } from '../../definition/index.ts';
import { operandsOf } from '../../records/index.ts';
import { constant } from '../constant.ts';
import { controlOfStage } from '../control.ts';
import { caught, withControl } from './flow-state.ts';
import { releaseOf } from './latch.ts';
import { operator } from './operator.ts';
import type { Emission, Piece } from './piece.ts';
import { stageFailed } from './stage-failed.ts';

/** One state: `settle` reads the values from the ledger, so none of them travels in the machine. */
export const emitCheck = (node: CheckNode, next: string | null, emission: Emission): Piece => {
  const failed = `${node.id}.failed`;
  const control = controlOfStage(node.id, emission.needs);
  return {
    start: node.id,
    states: {
      [node.id]: {
        ...operator(
          'settle',
          {
            action: 'check',
            run: '{% $states.input.run %}',
            stage: node.id,
            claim: constant(node.claim),
            severity: node.severity,
            ...(node.message ? { message: constant(node.message) } : {}),
            after: node.after,
            chosen: '{% $states.input.chosen %}',
            control: constant(control),
            ...releaseOf(node.id, emission),
          },
          withControl(node.id, control),
          next,
        ),
        Catch: [caught(failed)],
      },
      [failed]: stageFailed(
        { id: node.id, bind: { kind: 'list', items: operandsOf(node.claim) } },
        control,
        next,
        emission,
      ),
    },
  };
};
