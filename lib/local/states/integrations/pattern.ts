// Request-response and "wait for a task token", the two patterns that every service integration can have.
import type { Payload } from '../json.ts';
import type { Integration, TaskRun } from './integration.ts';
import type { Tokens } from './tokens.ts';

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
      const answered = tokens.wait(task.token ?? '', task.lifetime, task.onHeartbeat);
      answered.catch(() => undefined); // awaited below, unless the call itself fails first
      if (!task.submitted) task.onSubmitted(await task.lifetime.within(call(task)));
      return answered;
    },
  };
};
