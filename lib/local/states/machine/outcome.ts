// How the result of a Task, Parallel or Map becomes the state's output and variables.
import type { Json, Payload } from '../json.ts';
import type { MapState, ParallelState, TaskState } from '../parse/machine.ts';
import type { Exit, Visit } from './visit.ts';

/** `input` is the effective input of the state, `result` what its work gave. */
export const finish = async (
  visit: Visit<TaskState | ParallelState | MapState>,
  result: Json,
  known: Payload,
): Promise<Exit> => {
  const { flow, next, language } = visit.state;
  const selected = flow.select ? flow.select(visit.scope(result)) : result;
  const scope = visit.scope(visit.input.value, selected);
  const output = await flow.output(scope);
  const assign = await visit.assigned(flow.assign, language === 'JSONPath' ? visit.scope(selected) : scope);
  return { output: visit.payload(output, known), assign, next };
};
