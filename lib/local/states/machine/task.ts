// Task: calls a resource and waits for its answer, a token, or the end of the job that it started.
import { StateError } from '../errors.ts';
import type { Integration } from '../integrations/integration.ts';
import { asText, isObject, Payload } from '../json.ts';
import type { Evaluate, TaskState } from '../parse/machine.ts';
import { OpenCall, perform, plainCall } from './task-call.ts';
import type { Exit, Progress, Visit } from './visit.ts';

/** What was noted when the call was made, before a restart. */
interface Noted {
  readonly at: number | undefined;
  readonly token?: string;
  readonly timeout?: number;
  readonly heartbeat?: number;
}

const argumentsOf = async (visit: Visit<TaskState>): Promise<Payload> => {
  const { flow } = visit.state;
  const input = flow.input(visit.scope());
  const made = flow.parameters ? await flow.parameters(visit.scope(input)) : input;
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
          : await argumentsOf(visit),
    since: noted?.at,
    role: noted || !state.credentials ? undefined : await roleOf(visit),
    progress,
  });
};

const isPlain = ({ flow, timeout, heartbeat, credentials }: TaskState): boolean =>
  flow.plainInput && timeout === undefined && heartbeat === undefined && credentials === undefined;

/** The call of a state that is new and has nothing to be worked out; undefined for any other. */
export const openCall = (visit: Visit<TaskState>): OpenCall | undefined => {
  const { state, frame } = visit;
  if (visit.progress !== undefined || !isPlain(state)) return undefined;
  const integration = frame.execution.host.integrations.resolve(state.resource);
  return integration.needsToken ? undefined : new OpenCall(visit, integration);
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
