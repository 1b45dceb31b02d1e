// One attempt of a Task as history tells it: scheduled, started, submitted, and how it ended.
import type { Shape } from '../../service.ts';
import { StateError } from '../errors.ts';
import type { Integration } from '../integrations/integration.ts';
import { Payload } from '../json.ts';
import type { TaskState } from '../parse/machine.ts';
import { forever, type Lifetime } from './lifetime.ts';
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

const schedule = (visit: Visit<TaskState>, integration: Integration, call: TaskCall): void => {
  const { frame, state } = visit;
  const { clock, region } = frame.execution.host;
  const times = {
    ...(call.timeout !== undefined && { timeoutInSeconds: call.timeout }),
    ...(call.heartbeat !== undefined && { heartbeatInSeconds: call.heartbeat }),
    ...(call.role !== undefined && { taskCredentials: { roleArn: call.role } }),
  };
  const memo: Shape = {
    at: clock.now(),
    ...(visit.token !== undefined && { token: visit.token }),
    ...(call.timeout !== undefined && { timeout: call.timeout }),
    ...(call.heartbeat !== undefined && { heartbeat: call.heartbeat }),
  };
  const { text } = call.parameters;
  if (integration.events === 'Task') {
    const { resourceType, resource } = integration;
    frame.event('TaskScheduled', { resourceType, resource, region, parameters: text, ...times }, memo);
  } else frame.event(`${integration.events}Scheduled`, { input: text, resource: state.resource, ...times }, memo);
  if (integration.events !== 'Activity') frame.event(`${integration.events}Started`, integration.about);
};

/** The time limit of the task, running since it was scheduled, and the gap allowed between heartbeats. */
const limits = (visit: Visit<TaskState>, call: TaskCall, activity: boolean, expire: () => void) => {
  const { clock } = visit.frame.execution.host;
  const arm = (seconds: number | undefined, from: number) =>
    seconds === undefined ? () => undefined : clock.after(Math.max(0, from + seconds * 1000 - clock.now()), expire);
  const cancelTimeout = arm(call.timeout, call.since ?? clock.now());
  // Nobody can beat for an activity that no worker has taken yet.
  let cancelHeartbeat = activity ? () => undefined : arm(call.heartbeat, clock.now());
  return {
    beat: () => {
      cancelHeartbeat();
      cancelHeartbeat = arm(call.heartbeat, clock.now());
    },
    cancel: () => {
      cancelTimeout();
      cancelHeartbeat();
    },
  };
};

const ANSWER = 'answer';

/** The answer to the task's token that had been given before a restart, as what the task comes to. */
const given = (progress: Progress | undefined): Payload | undefined => {
  const answer = progress?.records.find(({ type }) => type === ANSWER)?.memo;
  if (!answer) return undefined;
  const { output, error, cause } = answer;
  if (typeof output === 'string') return Payload.parse(output);
  throw new StateError(typeof error === 'string' ? error : undefined, typeof cause === 'string' ? cause : undefined);
};

/** Makes the call, within its time. */
const answer = (
  visit: Visit<TaskState>,
  integration: Integration,
  call: TaskCall,
  lifetime: () => Lifetime,
): Promise<Payload> => {
  const { frame, state } = visit;
  const { events, about } = integration;
  const submitted = call.progress?.records.find(({ type }) => type === 'TaskSubmitted')?.details?.output;
  const { identity } = frame.execution;
  let timed: ReturnType<typeof limits> | undefined;
  const work = () =>
    integration.run({
      executionArn: identity.arn,
      machineArn: identity.machineArn,
      attempt: `${frame.id}/${visit.entered.id}/${visit.retryCount}`,
      token: visit.token,
      parameters: call.parameters,
      get lifetime() {
        return lifetime();
      },
      submitted: typeof submitted === 'string' ? Payload.parse(submitted) : undefined,
      resumed: call.since !== undefined,
      started: call.progress?.records.some(({ type }) => type === 'ActivityStarted') ?? false,
      onStarted: (details) => {
        frame.event(`${events}Started`, details);
        timed?.beat();
      },
      onSubmitted: (output) =>
        frame.event('TaskSubmitted', { ...about, output: visit.limited(output, state.resource).text }),
      onHeartbeat: () => timed?.beat(),
      onEarlyAnswer: (given) => frame.note(ANSWER, { ...given }),
    });
  if (call.timeout === undefined && call.heartbeat === undefined) return work();
  return new Promise((resolve, reject) => {
    timed = limits(visit, call, events === 'Activity', () => reject(new StateError('States.Timeout', undefined)));
    lifetime().onEnd(timed.cancel);
    work().then(resolve, reject);
  });
};

/** Gives the task's result; throws its error. Everything is told in history, and on disk before it is acted on. */
export const perform = async (visit: Visit<TaskState>, integration: Integration, call: TaskCall): Promise<Payload> => {
  const { frame, state } = visit;
  const { events, about } = integration;
  const done = call.progress?.records.find(({ type }) => type.endsWith('Succeeded'))?.details?.output;
  if (typeof done === 'string') return Payload.parse(done);
  if (call.since === undefined) {
    schedule(visit, integration, call);
    // What led here must not be lost once the call has been made.
    await frame.execution.host.journal.commit();
    if (frame.lifetime.ended) return forever();
  }
  // Most calls need none of their own.
  let lifetime: Lifetime | undefined;
  const own = () => {
    lifetime ??= frame.lifetime.child();
    return lifetime;
  };
  try {
    const result = given(call.progress) ?? (await answer(visit, integration, call, own));
    if (frame.lifetime.ended) return forever();
    visit.limited(result, state.resource);
    frame.event(`${events}Succeeded`, { ...about, output: result.text });
    return result;
  } catch (thrown) {
    if (frame.lifetime.ended) return forever();
    if (!(thrown instanceof StateError)) throw thrown;
    const type = thrown.error === 'States.Timeout' ? `${events}TimedOut` : `${events}Failed`;
    frame.event(type, {
      ...about,
      ...(thrown.error !== undefined && { error: thrown.error }),
      ...(thrown.reason !== undefined && { cause: thrown.reason }),
    });
    throw thrown;
  } finally {
    lifetime?.end();
  }
};
