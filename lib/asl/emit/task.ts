import type { TaskNode } from '../../definition/index.ts';
import { constant } from '../constant.ts';
import { controlOfStage } from '../control.ts';
import { withControl, withControlInstead } from './flow-state.ts';
import { releaseOf } from './latch.ts';
import type { Emission, Piece, State } from './piece.ts';
import { emitPool, leaseField } from './pool.ts';
import { patienceOf, stageCall } from './stage-call.ts';
import { stageFailed } from './stage-failed.ts';

export const emitTask = (node: TaskNode, next: string | null, emission: Emission): Piece => {
  const { id, stage, fallback, pool } = node;
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
    ...leaseField(pool),
    ...(node.fold ? { fold: constant(node.fold) } : {}),
  };
  const outputInstead = withControlInstead(id, control);
  const first = node.cache ? { ...call, cache: constant(node.cache) } : call; // a fallback's result is not the stage's
  const second = { ...call, via: fallback?.name ?? '', failure: '{% $states.input.failure %}' };
  const pooled =
    pool &&
    emitPool(
      {
        name: id,
        pool,
        stages: fallback ? [stage, fallback] : [stage],
        id,
        run: '{% $states.input.run %}',
        chosen: '{% $states.input.chosen %}',
        bind: node.bind,
        after: node.after,
        onError: failed,
      },
      emission,
    );
  return {
    start: pooled?.start ?? id,
    states: {
      ...pooled?.states,
      ...stageCall({
        name: id,
        stage,
        placeholder: `stage_${id}`,
        payload: first,
        output: pool ? outputInstead : withControl(id, control), // the lease goes no further
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
