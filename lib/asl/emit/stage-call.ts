import type { Stage } from '../../definition/index.ts';
import { outOfMemory, stageRetry } from '../retry.ts';
import { caught } from './flow-state.ts';
import { lambdaInvoke } from './operator.ts';
import { leadTo, type State } from './piece.ts';

export interface StageCallState {
  /** Of the state; what it is called when memory ran out is `<name>.moreMemory`. */
  readonly name: string;
  readonly stage: Stage;
  /** What stands for the stage's function. */
  readonly placeholder: string;
  readonly payload: State;
  readonly output: string;
  /** The output where an error has gone before, and is in the flow's state. */
  readonly outputInstead: string;
  /** The state that an error leads to. */
  readonly onError: string;
  readonly next: string | null;
}

/** Pauses up to so long are taken for granted by whoever asks whether a stage is stuck. */
const usualPatience = 600;

/** The field of a call that says how long a pause between attempts may be, where that is unusual. */
export const patienceOf = ({ retry }: Stage): State => {
  const longest = Math.max(...[retry, retry.throttled, retry.exhausted].map(({ capSeconds }) => capSeconds));
  return longest > usualPatience ? { patienceSeconds: longest + usualPatience } : {};
};

/** The states that call a stage's function: one, and where the stage has it, one more that is entered when memory ran out. */
export const stageCall = (call: StageCallState): { readonly [name: string]: State } => {
  const { name, stage, placeholder, onError } = call;
  const more = `${name}.moreMemory`;
  const state = (called: string, output: string, catches: readonly State[]): State => ({
    Type: 'Task',
    Resource: lambdaInvoke,
    Arguments: { FunctionName: `\${${called}}`, Payload: call.payload },
    Output: output,
    TimeoutSeconds: stage.timeoutSeconds + 10, // Lambda's own timeout comes first and says more.
    Retry: stageRetry(stage.retry),
    Catch: [...catches, caught(onError)],
    ...leadTo(call.next),
  });
  if (stage.retry.moreMemoryMb === undefined) return { [name]: state(placeholder, call.output, []) };
  return {
    [name]: state(placeholder, call.output, [{ ...caught(more), ErrorEquals: outOfMemory }]),
    [more]: state(`${placeholder}_moreMemory`, call.outputInstead, []),
  };
};
