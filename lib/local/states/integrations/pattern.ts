// Request-response and "wait for a task token", the two patterns that every service integration can have.
import { StateError } from '../errors.ts';
import type { Payload } from '../json.ts';
import type { EarlyAnswer, Integration, TaskRun } from './integration.ts';
import type { Tokens } from './tokens.ts';

const failureOf = (problem: unknown): EarlyAnswer => {
  const { error, reason } = problem instanceof StateError ? problem : new StateError(undefined, String(problem));
  return { failed: true, ...(error !== undefined && { error }), ...(reason !== undefined && { cause: reason }) };
};

export const WAIT_FOR_TOKEN = '.waitForTaskToken';

/** An integration whose request is `call`. `pattern` is `` or `.waitForTaskToken`. */
export const withPattern = (
  tokens: Tokens,
  resourceType: string,
  action: string,
  pattern: string,
  call: (task: TaskRun) => Promise<Payload>,
): Integration => {
  const resource = `${action}${pattern}`;
  const needsToken = pattern === WAIT_FOR_TOKEN;
  const about = { resourceType, resource };
  if (!needsToken) return { events: 'Task', resourceType, resource, about, needsToken, run: call };
  return {
    events: 'Task',
    resourceType,
    resource,
    about,
    needsToken,
    run: async (task) => {
      // Registered before the call: the callee may answer before the call returns.
      const answered = tokens.wait(task.token ?? '', task.lifetime, () => task.onHeartbeat());
      if (task.submitted) return answered;
      let underWay = true;
      answered.then(
        ({ text }) => underWay && task.onEarlyAnswer({ output: text }),
        (problem: unknown) => underWay && task.onEarlyAnswer(failureOf(problem)),
      );
      const output = await task.lifetime.within(call(task));
      underWay = false;
      task.onSubmitted(output);
      return answered;
    },
  };
};
