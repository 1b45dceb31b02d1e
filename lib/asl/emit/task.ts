import type { TaskNode } from '../../definition/index.ts';
import { constant } from '../constant.ts';
import { controlOfStage } from '../control.ts';
import { withControl, withControlInstead } from './flow-state.ts';
import { releaseOf } from './latch.ts';
import type { Emission, Piece, State } from './piece.ts';
import { patienceOf, stageCall } from './stage-call.ts';
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
    ...patienceOf(stage),
    ...(node.compensate
      ? { compensate: { by: node.compensate.name, ...(node.onCancel ? { onCancel: true } : {}) } }
      : {}),
    ...(node.shares ? { shares: node.shares } : {}),
  };
  const outputInstead = withControlInstead(id, control);
  const first = node.cache ? { ...call, cache: constant(node.cache) } : call; // a fallback's result is not the stage's
  const second = { ...call, via: fallback?.name ?? '', failure: '{% $states.input.failure %}' };
  return {
    start: id,
    states: {
      ...stageCall({
        name: id,
        stage,
        placeholder: `stage_${id}`,
        payload: first,
        output: withControl(id, control),
        outputInstead,
        onError: fallback ? inPlace : failed,
        next,
      }),
      ...(fallback
        ? stageCall({
            name: inPlace,
            stage: fallback,
            placeholder: `fallback_${id}`,
            payload: second,
            output: outputInstead,
            outputInstead,
            onError: failed,
            next,
          })
        : {}),
      [failed]: stageFailed(node, control, next, emission),
    },
  };
};
