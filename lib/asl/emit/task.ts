import type { Stage, TaskNode } from '../../definition/index.ts';
import { constant } from '../constant.ts';
import { controlOfStage } from '../control.ts';
import { stageRetry } from '../retry.ts';
import { caught, withControl, withControlInstead } from './flow-state.ts';
import { releaseOf } from './latch.ts';
import { lambdaInvoke } from './operator.ts';
import { type Emission, leadTo, type Piece, type State } from './piece.ts';
import { stageFailed } from './stage-failed.ts';

export const emitTask = (node: TaskNode, next: string | null, emission: Emission): Piece => {
  const { id, stage, fallback } = node;
  const inPlace = `${id}.fallback`;
  const failed = `${id}.failed`;
  const bind = constant(node.bind);
  const control = controlOfStage(id, emission.needs);
  const release = releaseOf(id, emission);
  const call: State = {
    run: '{% $states.input.run %}',
    stage: id,
    bind,
    after: node.after,
    control: constant(control),
    chosen: '{% $states.input.chosen %}',
    ...release,
    ...(node.shares ? { shares: node.shares } : {}),
  };
  const work = (by: Stage, placeholder: string, payload: State, output: string, onError: string): State => ({
    Type: 'Task',
    Resource: lambdaInvoke,
    Arguments: { FunctionName: `\${${placeholder}}`, Payload: payload },
    Output: output,
    TimeoutSeconds: by.timeoutSeconds + 10, // Lambda's own timeout comes first and says more.
    Retry: stageRetry(by.retry),
    Catch: [caught(onError)],
    ...leadTo(next),
  });
  const second = { ...call, via: fallback?.name ?? '', failure: '{% $states.input.failure %}' };
  return {
    start: id,
    states: {
      [id]: work(stage, `stage_${id}`, call, withControl(id, control), fallback ? inPlace : failed),
      ...(fallback
        ? { [inPlace]: work(fallback, `fallback_${id}`, second, withControlInstead(id, control), failed) }
        : {}),
      [failed]: stageFailed(node, control, next, emission),
    },
  };
};
