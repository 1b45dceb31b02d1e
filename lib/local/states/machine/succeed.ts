import type { SucceedState } from '../parse/machine.ts';
import type { Exit, Visit } from './visit.ts';

/** Succeed: ends its sequence with its input (or Output). */
export const runSucceed = async (visit: Visit<SucceedState>): Promise<Exit> => {
  const { flow } = visit.state;
  const input = flow.input(visit.scope());
  const output = await flow.output(visit.scope(input));
  return { output: visit.payload(output, visit.input), assign: undefined, next: undefined };
};
