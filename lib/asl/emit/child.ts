// A part that has been packed: a machine of its own, started and waited for by the machine around.
import { childRetry } from '../retry.ts';
import { unchanged } from './flow-state.ts';
import { leadTo, type State } from './piece.ts';

/** `gives`: something inside leaves control values or takes a branch. */
export const emitChild = (placeholder: string, gives: boolean, next: string | null, longestSeconds: number): State => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::states:startExecution.sync:2',
  Arguments: {
    StateMachineArn: `\${${placeholder}}`,
    // The same for every try, so that a start whose answer was lost is not made again; of a length that AWS allows.
    Name: `{% $hash($states.input.run.execution & '#' & $states.input.run.scope & '#${placeholder}', 'SHA-1') %}`,
    Input:
      "{% $merge([$states.input, {'AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID': $states.context.Execution.Id}]) %}",
  },
  Output: gives
    ? "{% $merge([$states.input, {'control': $states.result.Output.control, 'chosen': $states.result.Output.chosen}]) %}"
    : unchanged,
  TimeoutSeconds: longestSeconds,
  Retry: childRetry,
  ...leadTo(next),
});
