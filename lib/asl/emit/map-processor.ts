import type { MapNode } from '../../definition/index.ts';
import { constant } from '../constant.ts';
import { stageRetry } from '../retry.ts';
import { caught } from './flow-state.ts';
import { lambdaInvoke, operator } from './operator.ts';
import type { State } from './piece.ts';

/** What a map does with each batch: the stage's Lambda, and `settle` for what failed for good. */
export const processorStates = (node: MapNode): State => {
  const batch = `${node.id}.batch`;
  const failed = `${node.id}.failed`;
  const given = node.rows ? '$states.input.BatchInput' : '$states.input'; // ItemBatcher wraps what it hands on
  const call: State = {
    run: `{% ${given}.run %}`,
    stage: node.id,
    bind: constant(node.bind),
    after: node.after,
    control: [],
    chosen: `{% ${given}.chosen %}`,
    ...(node.shares ? { shares: node.shares } : {}),
    batch: node.rows
      ? { rows: '{% $states.input.Items %}' }
      : { items: constant(node.items), index: '{% $states.input.index %}', size: '{% $states.input.size %}' },
  };
  return {
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
  };
};
