import type { TaskNode } from '../../definition/index.ts';
import { constant } from '../constant.ts';
import { controlOfStage } from '../control.ts';
import { stageRetry } from '../retry.ts';
import { caught, withControl, withoutFailure } from './flow-state.ts';
import { lambdaInvoke, operator } from './operator.ts';
import { type Emission, leadTo, type Piece, type State } from './piece.ts';

export const emitTask = (node: TaskNode, next: string | null, { needs }: Emission): Piece => {
  const settle = `${node.id}.failed`;
  const call: State = {
    run: '{% $states.input.run %}',
    stage: node.id,
    bind: constant(node.bind),
    after: node.after,
    control: constant(controlOfStage(node.id, needs)),
    chosen: '{% $states.input.chosen %}',
  };
  return {
    start: node.id,
    states: {
      [node.id]: {
        Type: 'Task',
        Resource: lambdaInvoke,
        Arguments: { FunctionName: `\${stage_${node.id}}`, Payload: call },
        Output: withControl(node.id),
        TimeoutSeconds: node.stage.timeoutSeconds + 10, // Lambda's own timeout comes first and says more.
        Retry: stageRetry(node.stage.retry),
        Catch: [caught(settle)],
        ...leadTo(next),
      },
      [settle]: operator(
        'settle',
        {
          action: 'stageFailed',
          run: '{% $states.input.run %}',
          stage: node.id,
          bind: constant(node.bind),
          error: '{% $states.input.failure %}',
        },
        withoutFailure,
        next,
      ),
    },
  };
};
