// Task: calls a resource and waits for its answer, a token, or the end of the job that it started.
import { Payload } from '../json.ts';
import type { TaskState } from '../parse/machine.ts';
import { guarded } from './guarded.ts';
import { finish } from './outcome.ts';
import { perform } from './task-call.ts';
import type { Exit, Progress, Visit } from './visit.ts';

const argumentsOf = async (visit: Visit<TaskState>): Promise<Payload> => {
  const { flow } = visit.state;
  const input = flow.input(visit.scope());
  const made = flow.parameters ? await flow.parameters(visit.scope(input)) : input;
  return visit.payload(made, visit.input);
};

const attempt = async (visit: Visit<TaskState>, progress: Progress | undefined): Promise<Exit> => {
  const { state, frame } = visit;
  const integration = frame.execution.host.integrations.resolve(state.resource);
  const call = progress?.records.find(({ type }) => type.endsWith('Scheduled'));
  const memo = call?.memo as { token?: string; at: number; timeout?: number; heartbeat?: number } | undefined;
  if (integration.needsToken) visit.token = memo?.token ?? frame.execution.host.integrations.newToken(visit);
  visit.freshContext();
  const effective = visit.scope(state.flow.input(visit.scope()));
  const timeout = memo ? memo.timeout : await state.timeout?.(effective);
  const heartbeat = memo ? memo.heartbeat : await state.heartbeat?.(effective);
  const recorded = call?.details?.parameters ?? call?.details?.input;
  const parameters = typeof recorded === 'string' ? Payload.parse(recorded) : await argumentsOf(visit);
  const result = await perform(visit, integration, {
    parameters,
    timeout,
    heartbeat,
    since: memo?.at,
    progress,
  });
  return finish(visit, result.value, result);
};

export const runTask = (visit: Visit<TaskState>): Promise<Exit> =>
  guarded(visit, (progress) => attempt(visit, progress));
