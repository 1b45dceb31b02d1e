import type { ApproveNode } from '../../definition/index.ts';
import { answerSchemaOf } from '../../graph/index.ts';
import { constant } from '../constant.ts';
import { controlOfStage } from '../control.ts';
import type { Emission, Piece } from './piece.ts';
import { emitTokenStage } from './token-stage.ts';

export const emitApprove = (node: ApproveNode, next: string | null, { needs }: Emission): Piece => {
  const { id, timeoutSeconds, heartbeatSeconds } = node;
  const chosen = '{% $states.input.chosen %}';
  const show = constant(node.show);
  return emitTokenStage(
    {
      id,
      timeoutSeconds,
      heartbeatSeconds,
      control: controlOfStage(id, needs),
      open: {
        action: 'ask',
        prompt: constant(node.prompt),
        show,
        schema: constant(answerSchemaOf(node) ?? {}),
        timeoutSeconds,
        after: node.after,
        chosen,
      },
      end: {
        action: 'askEnded',
        show,
        ...(node.default ? { default: constant(node.default) } : {}),
        chosen,
      },
    },
    next,
  );
};
