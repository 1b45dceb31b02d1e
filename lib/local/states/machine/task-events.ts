// How history tells of a Task: scheduled, started, succeeded, failed.
import { AnswerTooLarge, PAYLOAD_LIMIT, type StateError } from '../errors.ts';
import type { Integration } from '../integrations/integration.ts';
import { isLongerThan, type Payload } from '../json.ts';
import type { TaskState } from '../parse/machine.ts';
import { taskEvents } from './event-names.ts';
import type { Progress, Visit } from './visit.ts';

export interface TaskCall {
  readonly parameters: Payload;
  /** Seconds. */
  readonly timeout: number | undefined;
  readonly heartbeat: number | undefined;
  /** The role of the state's own that the call is made with. */
  readonly role: string | undefined;
  /** When the call was made, if that was before a restart. */
  readonly since: number | undefined;
  readonly progress: Progress | undefined;
}

/** A call with nothing but its input. */
export const plainCall = (parameters: Payload): TaskCall => ({
  parameters,
  timeout: undefined,
  heartbeat: undefined,
  role: undefined,
  since: undefined,
  progress: undefined,
});

export const schedule = (visit: Visit<TaskState>, integration: Integration, call: TaskCall): void => {
  const { frame, state, token } = visit;
  const { region } = frame.execution.host;
  const { timeout, heartbeat, role } = call;
  const { text } = call.parameters;
  const { events, about, resourceType, resource } = integration;
  const names = taskEvents[events];
  const what =
    events === 'Task'
      ? { resourceType, resource, region, parameters: text }
      : { input: text, resource: state.resource };
  if (timeout === undefined && heartbeat === undefined && role === undefined && token === undefined)
    frame.event(names.scheduled, what); // most tasks: nothing to be put together
  else {
    const times = {
      ...(timeout !== undefined && { timeoutInSeconds: timeout }),
      ...(heartbeat !== undefined && { heartbeatInSeconds: heartbeat }),
      ...(role !== undefined && { taskCredentials: { roleArn: role } }),
    };
    const more = {
      ...(token !== undefined && { token }),
      ...(timeout !== undefined && { timeout }),
      ...(heartbeat !== undefined && { heartbeat }),
    };
    frame.event(names.scheduled, { ...what, ...times }, more);
  }
  if (events !== 'Activity') frame.event(names.started, about);
};

export const tellFailure = (
  visit: Visit<TaskState>,
  { events, about }: Integration,
  { error, reason }: StateError,
): void => {
  const names = taskEvents[events];
  visit.frame.event(error === 'States.Timeout' ? names.timedOut : names.failed, {
    ...about,
    ...(error !== undefined && { error }),
    ...(reason !== undefined && { cause: reason }),
  });
};

/** The event of a result that is no larger than it may be. Throws AnswerTooLarge. */
export const tellResult = ({ frame, state }: Visit<TaskState>, integration: Integration, { text }: Payload): void => {
  const { events, about, resourceType } = integration;
  if (isLongerThan(text, PAYLOAD_LIMIT)) throw new AnswerTooLarge(events === 'Task' ? resourceType : state.resource);
  frame.event(taskEvents[events].succeeded, about === undefined ? { output: text } : { ...about, output: text });
};
