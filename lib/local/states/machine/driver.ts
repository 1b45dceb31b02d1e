// Runs one execution from its first event to its last.
import { StateError } from '../errors.ts';
import type { Outcome } from './closed.ts';
import type { Execution } from './execution.ts';
import { Frame } from './frame.ts';
import { Ended } from './lifetime.ts';
import { runFrame } from './sequence.ts';
import type { FrameProgress } from './visit.ts';

export interface Drive {
  /** Begins, or carries on from where it stood. States run as far as they go at once, so a function may be called before this returns. */
  go(resumed?: FrameProgress): void;
  /** Ends the execution as ABORTED. */
  stop(error?: string, cause?: string): void;
  /** Ends it as TIMED_OUT, whatever the machine says of its time. */
  timeOut(): void;
}

const problemOf = (error: string | undefined, cause: string | undefined) => ({
  ...(error !== undefined && { error }),
  ...(cause !== undefined && { cause }),
});

/** `onEnd` is called once, unless the execution's lifetime is ended from outside. */
export const drive = (
  execution: Execution,
  onEnd: (outcome: Outcome) => void,
  onCrash: (thrown: unknown) => void,
): Drive => {
  const { identity, machine, host, lifetime } = execution;
  const end = (type: string, outcome: Outcome, previous: number) => {
    if (lifetime.ended) return;
    if (execution.isConcluded) {
      if (type !== 'ExecutionSucceeded') return; // it comes too late: on disk the execution has succeeded
    } else
      execution.close(type, previous, {
        ...(outcome.output && { output: outcome.output.text }),
        ...problemOf(outcome.error, outcome.cause),
      });
    lifetime.end();
    onEnd(outcome);
  };
  const go = (resumed?: FrameProgress): void => {
    const root = new Frame(execution, {
      id: 0,
      sequence: machine,
      ...(resumed ? { variables: resumed.variables } : { variables: {}, variableBytes: 0 }),
      lifetime: lifetime.child(),
      cursor: resumed?.cursor ?? 0,
    });
    if (!resumed) {
      root.aside('ExecutionStarted', {
        input: identity.input.text,
        roleArn: identity.roleArn,
        ...(identity.versionArn !== undefined && { stateMachineVersionArn: identity.versionArn }),
        ...(identity.aliasArn !== undefined && { stateMachineAliasArn: identity.aliasArn }),
      });
    }
    if (machine.timeoutSeconds !== undefined) {
      const left = identity.timedFrom + machine.timeoutSeconds * 1000 - host.clock.now();
      // ASL: a machine that times out has the status and neither error nor cause.
      lifetime.onEnd(host.clock.after(Math.max(0, left), () => end('ExecutionTimedOut', { status: 'TIMED_OUT' }, 0)));
    }
    runFrame(root, identity.input, resumed).then(
      (output) => end('ExecutionSucceeded', { status: 'SUCCEEDED', output }, root.cursor),
      (thrown: unknown) => {
        if (thrown instanceof Ended) return;
        if (!(thrown instanceof StateError)) return onCrash(thrown);
        end('ExecutionFailed', { status: 'FAILED', ...problemOf(thrown.error, thrown.reason) }, root.cursor);
      },
    );
  };
  return {
    go,
    stop: (error, cause) => end('ExecutionAborted', { status: 'ABORTED', ...problemOf(error, cause) }, 0),
    timeOut: () => end('ExecutionTimedOut', { status: 'TIMED_OUT', error: 'States.Timeout' }, 0),
  };
};
