import type { MapNode } from '../../definition/index.ts';
import { constant } from '../constant.ts';
import { controlOfStage, expression } from '../control.ts';
import { stageRetry } from '../retry.ts';
import { caught, withControl } from './flow-state.ts';
import { lambdaInvoke, operator } from './operator.ts';
import type { Emission, Piece, State } from './piece.ts';

/** How many batches a map is cut into at most, so that a run's history stays far below 25,000 events. */
const mostBatches = 1_000;

export const emitMap = (node: MapNode, next: string | null, { needs }: Emission): Piece => {
  const batch = `${node.id}.batch`;
  const failed = `${node.id}.failed`;
  const done = `${node.id}.done`;
  const count = expression(node.items, true);
  const size = `$max([${node.batch}, $ceil(${count} / ${mostBatches})])`;
  const call: State = {
    run: '{% $states.input.run %}',
    stage: node.id,
    bind: constant(node.bind),
    after: node.after,
    control: [],
    chosen: '{% $states.input.chosen %}',
    batch: { items: constant(node.items), index: '{% $states.input.index %}', size: '{% $states.input.size %}' },
  };
  return {
    start: node.id,
    states: {
      [node.id]: {
        Type: 'Map',
        Items: `{% (${count} > 0 ? [0..$ceil(${count} / ${size}) - 1] : []) %}`,
        ItemSelector: {
          run: '{% $states.input.run %}',
          chosen: '{% $states.input.chosen %}',
          index: '{% $states.context.Map.Item.Value %}',
          size: `{% ${size} %}`,
        },
        MaxConcurrency: node.concurrency,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: batch,
          States: {
            [batch]: {
              Type: 'Task',
              Resource: lambdaInvoke,
              Arguments: { FunctionName: `\${stage_${node.id}}`, Payload: call },
              Output: '{% {} %}',
              TimeoutSeconds: node.stage.timeoutSeconds + 10,
              Retry: stageRetry(node.stage.retry),
              Catch: [caught(failed)],
              End: true,
            },
            [failed]: operator(
              'settle',
              { action: 'batchFailed', call, error: '{% $states.input.failure %}' },
              '{% {} %}',
              null,
            ),
          },
        },
        Output: '{% $states.input %}',
        Next: done,
      },
      [done]: operator(
        'settle',
        {
          action: 'mapDone',
          run: '{% $states.input.run %}',
          stage: node.id,
          items: constant(node.items),
          bind: constant(node.bind),
          after: node.after,
          chosen: '{% $states.input.chosen %}',
          tolerate: constant(node.tolerate),
          control: constant(controlOfStage(node.id, needs)),
          ...(node.onFailure ? { onFailure: constant(node.onFailure) } : {}),
        },
        withControl(node.id),
        next,
      ),
    },
  };
};
