import type { Binding, Diagnostic, Pipeline, WaitNode } from '../../definition/index.ts';
import { momentOf } from '../../support/moment.ts';
import { typesOf } from '../schema.ts';
import { schemaOf } from '../source.ts';
import type { Rule } from './rule.ts';
import { inWords } from './wording.ts';

/** A year less the day that the work itself may take: Step Functions ends an execution after a year. */
const longestDays = 364;
const longestSeconds = longestDays * 86_400;

/**
 * HDL230: a wait that Step Functions cannot do: less than a second, not in whole seconds, more than 364 days, or until
 * something that is no text. Fix: choose a length in the range, or pass a moment in ISO 8601.
 */
export const waitsArePossible: Rule = ({ graph: { pipeline, stages } }) =>
  stages.flatMap(({ id, node }) => {
    const problem = node.kind === 'wait' ? problemOf(pipeline, node) : undefined;
    return problem ? [{ code: 'HDL230', severity: 'error', at: `${pipeline.name}.${id}`, ...problem }] : [];
  });

type Problem = Pick<Diagnostic, 'message' | 'fix'>;

const problemOf = (pipeline: Pipeline, { wait }: WaitNode): Problem | undefined =>
  wait.kind === 'for'
    ? lengthProblem('for', wait.seconds)
    : (lengthProblem('atMost', wait.atMostSeconds) ?? momentProblem(pipeline, wait.at));

const lengthProblem = (option: string, seconds: number): Problem | undefined => {
  if (!Number.isInteger(seconds) || seconds < 1)
    return {
      message: `${option} is ${seconds} s, but Step Functions waits whole seconds from 1`,
      fix: "set whole seconds, such as '30s'",
    };
  if (seconds <= longestSeconds) return undefined;
  return {
    message: `${option} is ${seconds / 86_400} days, but Step Functions ends every execution after a year`,
    fix: `set ${longestDays}d or less, or start another run then`,
  };
};

const momentProblem = (pipeline: Pipeline, at: Binding): Problem | undefined => {
  const schema = schemaOf(pipeline, at);
  const types = schema && typesOf(schema);
  if (types && !types.includes('string'))
    return { message: `until is ${inWords(types.join(' or '))}, not a moment`, fix: 'pass text in ISO 8601' };
  if (at.kind === 'value' && momentOf(at.value) === undefined)
    return {
      message: `until is ${JSON.stringify(at.value)}, not a moment`,
      fix: "write it in ISO 8601 with its zone, such as '2026-01-31T09:00:00Z'",
    };
  return undefined;
};
