import type { ServiceNode } from '../../definition/index.ts';
import { constant } from '../constant.ts';
import { controlOfStage } from '../control.ts';
import { stageRetry } from '../retry.ts';
import { caught, withControlInstead } from './flow-state.ts';
import { operator } from './operator.ts';
import type { Emission, Piece } from './piece.ts';
import { stageFailed } from './stage-failed.ts';

/** `settle` gives the arguments, from the ledger; the call; `settle` records what it answered. */
export const emitService = (node: ServiceNode, next: string | null, emission: Emission): Piece => {
  const { id } = node;
  const [due, call, done, failed] = [`${id}.due`, `${id}.call`, `${id}.done`, `${id}.failed`];
  const control = controlOfStage(id, emission.needs);
  const facts = { run: '{% $states.input.run %}', stage: id };
  const opened = operator(
    'settle',
    {
      action: 'serviceOpened',
      ...facts,
      bind: constant(node.bind),
      after: node.after,
      chosen: '{% $states.input.chosen %}',
    },
    "{% $merge([$states.input, {'service': $states.result.Payload}]) %}",
    due,
  );
  return {
    start: id,
    states: {
      [id]: { ...opened, Catch: [caught(failed)] },
      // Skipped, or called before: `done` tells which.
      [due]: {
        Type: 'Choice',
        Choices: [{ Condition: '{% $states.input.service.call %}', Next: call }],
        Default: done,
      },
      [call]: {
        Type: 'Task',
        Resource: `arn:aws:states:::${node.service}`,
        Arguments: '{% $states.input.service.arguments %}',
        Output: "{% $merge([$states.input, {'service': {'result': $states.result}}]) %}",
        TimeoutSeconds: node.timeoutSeconds,
        Retry: stageRetry(node.retry),
        Catch: [caught(failed)],
        Next: done,
      },
      [done]: {
        ...operator(
          'settle',
          { action: 'serviceDone', ...facts, service: '{% $states.input.service %}', control: constant(control) },
          withControlInstead(id, control),
          next,
        ),
        Catch: [caught(failed)],
      },
      [failed]: stageFailed({ id, bind: node.bind }, control, next, emission),
    },
  };
};
