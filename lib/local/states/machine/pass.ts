import type { PassState } from '../parse/machine.ts';
import type { Exit, Visit } from './visit.ts';

/** Pass: hands its input on, reshaped. JSONPath: Parameters or Result make what ResultPath places. */
export const runPass = async (visit: Visit<PassState>): Promise<Exit> => {
  const { flow, result, next } = visit.state;
  const before = visit.scope();
  const input = flow.input(before);
  const inner = input === before.input ? before : visit.scope(input);
  const isJsonPath = visit.state.language === 'JSONPath';
  const made = result === undefined && isJsonPath ? await flow.parameters?.(inner) : result; // a Result may be null
  const worked = made === undefined && isJsonPath ? input : made;
  // ResultPath places the result into the raw input, not into what InputPath selected.
  const output = await flow.output(visit.scope(visit.input.value, worked));
  const assign = await visit.assigned(flow.assign, isJsonPath ? visit.scope(worked) : before);
  return { output: visit.payload(output, visit.input), assign, next };
};
