import type { RunNode } from '../../definition/index.ts';
import { constant } from '../constant.ts';
import { controlOfStage } from '../control.ts';
import type { Emission, Piece } from './piece.ts';
import { emitTokenStage } from './token-stage.ts';

export const emitRun = (node: RunNode, next: string | null, { needs }: Emission): Piece => {
  const { id, timeoutSeconds, child } = node;
  const chosen = '{% $states.input.chosen %}';
  const input = constant(node.bind);
  return emitTokenStage(
    {
      id,
      timeoutSeconds,
      control: controlOfStage(id, needs),
      open: {
        action: 'startChild',
        child: child.name,
        input,
        ...(node.partition ? { partition: constant(node.partition) } : {}),
        timeoutSeconds,
        after: node.after,
        chosen,
      },
      end: { action: 'childEnded', input, chosen },
    },
    next,
  );
};
