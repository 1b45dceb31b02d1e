// Task: calls a resource and waits for its answer, a token, or the end of the job that it started.
import { EvaluationProblem, StateError } from '../errors.ts';
import { ANSWER } from '../history/resume.ts';
import type { Integration } from '../integrations/integration.ts';
import { asText, isObject, Payload } from '../json.ts';
import type { Evaluate, TaskState } from '../parse/machine.ts';
import { forever } from './lifetime.ts';
import { isPlain } from './open-call.ts';
import { finish } from './outcome.ts';
import { Run } from './task-call.ts';
import { plainCall, schedule, type TaskCall, tellFailure, tellResult } from './task-events.ts';
import type { Exit, Progress, Visit } from './visit.ts';

/** What was noted when the call was made, before a restart. */
interface Noted {
  readonly at: number | undefined;
  readonly token?: string;
  readonly timeout?: number;
  readonly heartbeat?: number;
}

/** The answer to the task's token that had been given before a restart, as what the task comes to. */
const given = (progress: Progress | undefined): Payload | undefined => {
  const answer = progress?.records.find(({ type }) => type === ANSWER)?.memo;
  if (!answer) return undefined;
  const { output, error, cause } = answer;
  if (typeof output === 'string') return Payload.parse(output);
  throw new StateError(typeof error === 'string' ? error : undefined, typeof cause === 'string' ? cause : undefined);
};

/** The result of a call that has its answer already, from before a restart. */
const known = (progress: Progress | undefined): Payload | undefined => {
  const done = progress?.records.find(({ type }) => type.endsWith('Succeeded'))?.details?.output;
  return typeof done === 'string' ? Payload.parse(done) : undefined;
};

const argumentsOf = async (visit: Visit<TaskState>, { takes }: Integration): Promise<Payload> => {
  const { flow } = visit.state;
  const input = flow.input(visit.scope());
  const made = flow.parameters ? await flow.parameters(visit.scope(input)) : input;
  const odd = takes && isObject(made) ? Object.keys(made).find((field) => !takes.includes(field)) : undefined;
  if (odd !== undefined)
    throw new EvaluationProblem('States.Runtime', `The field "${odd}" is not supported by Step Functions`);
  return visit.payload(made, visit.input);
};

const seconds = async (visit: Visit<TaskState>, evaluate: Evaluate<number>): Promise<number> =>
  evaluate(visit.scope(visit.state.flow.input(visit.scope())));

/** The role that `Credentials` names. The engine has one account, so a role of another is refused by name. */
const roleOf = async (visit: Visit<TaskState>): Promise<string | undefined> => {
  const given = await visit.state.credentials?.(visit.scope(visit.state.flow.input(visit.scope())));
  if (!isObject(given)) return undefined;
  const role = asText(given.RoleArn ?? null);
  const account = visit.frame.execution.identity.machineArn.split(':')[4];
  if (role.split(':')[4] === account) return role;
  throw new StateError(
    'States.TaskFailed',
    `HDL523 the local engine has one account, ${account}, and cannot assume the role ${role}`,
  );
};

/** Gives how the state is left; throws its error. Everything is told in history, and on disk before it is acted on. */
const perform = async (visit: Visit<TaskState>, integration: Integration, call: TaskCall): Promise<Exit> => {
  const { frame } = visit;
  const { lifetime } = frame;
  let result = known(call.progress);
  if (result === undefined) {
    if (call.since === undefined) {
      schedule(visit, integration, call);
      // What led here must not be lost once the call has been made.
      const written = frame.execution.commit();
      if (written !== undefined) await written;
      if (lifetime.ended) return forever();
    }
    const run = new Run(visit, integration, call);
    try {
      result = given(call.progress) ?? (await run.answer());
      if (lifetime.ended) return forever();
      tellResult(visit, integration, result);
    } catch (thrown) {
      if (lifetime.ended) return forever();
      if (thrown instanceof StateError) tellFailure(visit, integration, thrown);
      throw thrown;
    } finally {
      run.end();
    }
  }
  const exit = finish(visit, result);
  return exit instanceof Promise ? await exit : exit; // a promise that is returned as it is costs three turns of the job queue
};

/** The call of a state of which fields must be worked out, or that had been made before a restart. */
const prepared = async (
  visit: Visit<TaskState>,
  integration: Integration,
  progress: Progress | undefined,
): Promise<Exit> => {
  const { state, frame } = visit;
  const call = progress?.records.find(({ type }) => type.endsWith('Scheduled'));
  const noted: Noted | undefined = call && { ...call.memo, at: call.at };
  if (integration.needsToken) {
    visit.token = noted?.token ?? frame.execution.host.integrations.newToken();
    visit.freshContext();
  }
  const { timeout, heartbeat } = state;
  const recorded = call?.details?.parameters ?? call?.details?.input;
  return await perform(visit, integration, {
    timeout: noted ? noted.timeout : timeout && (await seconds(visit, timeout)),
    heartbeat: noted ? noted.heartbeat : heartbeat && (await seconds(visit, heartbeat)),
    parameters:
      typeof recorded === 'string'
        ? Payload.parse(recorded)
        : state.flow.plainInput
          ? visit.input
          : await argumentsOf(visit, integration),
    since: noted?.at,
    role: noted || !state.credentials ? undefined : await roleOf(visit),
    progress,
  });
};

/** One attempt. No promise is made that nothing waits for: a task costs little more than its promises. */
export const runTask = (visit: Visit<TaskState>, progress: Progress | undefined): Promise<Exit> => {
  const { state, frame, input } = visit;
  const integration = frame.execution.host.integrations.resolve(state.resource);
  if (progress === undefined && isPlain(state) && !integration.needsToken) {
    return perform(visit, integration, plainCall(input));
  }
  return prepared(visit, integration, progress);
};
