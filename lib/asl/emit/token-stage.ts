// A stage that somebody else ends, with a task token: a person's answer, or another run.
import type { ControlPath, Json } from '../../records/index.ts';
import { constant } from '../constant.ts';
import { operatorRetry } from '../retry.ts';
import { caught, unchanged, withControlInstead } from './flow-state.ts';
import { operator } from './operator.ts';
import { leadTo, type Piece, type State } from './piece.ts';

export interface TokenStage {
  readonly id: string;
  /** The call of `settle` that opens the wait; it gets the token beside it. */
  readonly open: State;
  /** The call of `settle` when the token brought an error, or nothing in time. */
  readonly end: State;
  readonly timeoutSeconds: number;
  /** What of its output the machine reads. */
  readonly control: readonly ControlPath[];
  /** Opened anew every so often. */
  readonly heartbeatSeconds?: number | undefined;
}

export const emitTokenStage = (stage: TokenStage, next: string | null): Piece => {
  const { id, timeoutSeconds, heartbeatSeconds, control } = stage;
  const ended = `${id}.ended`;
  const facts = { run: '{% $states.input.run %}', stage: id };
  // Opening anew is a timeout that is retried: HeartbeatSeconds would want somebody to send heartbeats.
  const openings = heartbeatSeconds ? Math.ceil(timeoutSeconds / heartbeatSeconds) : 1;
  const late: Json = {
    ErrorEquals: ['States.Timeout'],
    ...(openings > 1 ? { IntervalSeconds: 1, BackoffRate: 1 } : {}),
    MaxAttempts: openings - 1,
  };
  return {
    start: id,
    states: {
      [id]: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
        Arguments: {
          FunctionName: `\${operator_settle}`,
          Payload: { ...stage.open, ...facts, control: constant(control), token: '{% $states.context.Task.Token %}' },
        },
        Output:
          control.length === 0
            ? unchanged
            : `{% $merge([$states.input, {'control': $merge([$states.input.control, {${JSON.stringify(id)}: $states.result.control}])}]) %}`,
        TimeoutSeconds: heartbeatSeconds ?? timeoutSeconds,
        Retry: [late, ...operatorRetry],
        Catch: [caught(ended)],
        ...leadTo(next),
      },
      [ended]: operator(
        'settle',
        { ...stage.end, ...facts, control: constant(control), error: '{% $states.input.failure %}' },
        withControlInstead(id, control),
        next,
      ),
    },
  };
};
