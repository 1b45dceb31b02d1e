import { EvaluationProblem } from '../errors.ts';
import type { ChoiceState } from '../parse/machine.ts';
import type { Exit, Visit } from './visit.ts';

/** Choice: goes where the first rule that holds points. Assign and Output of that rule, or of the state for Default. */
export const runChoice = async (visit: Visit<ChoiceState>): Promise<Exit> => {
  const { flow, rules, otherwise } = visit.state;
  const before = visit.scope();
  const input = flow.input(before);
  const scope = input === before.input ? before : visit.scope(input);
  for (const rule of rules) {
    if (!(await rule.test(scope))) continue;
    const output = rule.output ? await rule.output(scope) : await flow.output(scope);
    return {
      output: visit.payload(output, visit.input),
      assign: await visit.assigned(rule.assign, scope),
      next: rule.next,
    };
  }
  if (otherwise === undefined) {
    // Not the States.NoChoiceMatched of the specification: AWS says this, which no States.ALL catches.
    throw new EvaluationProblem(
      'States.Runtime',
      'Failed to transition out of the state. The state does not point to a next state.',
    );
  }
  const output = await flow.output(scope);
  return {
    output: visit.payload(output, visit.input),
    assign: await visit.assigned(flow.assign, scope),
    next: otherwise,
  };
};
