// How the result of a Task, Parallel or Map becomes the state's output and variables.
import type { Payload } from '../json.ts';
import type { MapState, MaybeAsync, ParallelState, TaskState } from '../parse/machine.ts';
import type { Exit, Visit } from './visit.ts';

/** `result` is what the state's work gave, no larger than a payload may be. */
export const finish = (visit: Visit<TaskState | ParallelState | MapState>, result: Payload): MaybeAsync<Exit> => {
  const { flow, next } = visit.state;
  return flow.plainOutput ? { output: result, assign: undefined, next } : shaped(visit, result);
};

const shaped = async (visit: Visit<TaskState | ParallelState | MapState>, result: Payload): Promise<Exit> => {
  const { flow, next, language } = visit.state;
  const selected = flow.select ? flow.select(visit.scope(result.value)) : result.value;
  const scope = visit.scope(visit.input.value, selected);
  const output = await flow.output(scope);
  const assign = await visit.assigned(flow.assign, language === 'JSONPath' ? visit.scope(selected) : scope);
  return { output: visit.payload(output, result), assign, next };
};
