import type { Diagnostic, Pipeline, RunNode } from '../../definition/index.ts';
import { childrenOf } from '../children.ts';
import { jsonSchemaOf, mismatch } from '../schema.ts';
import { schemaOf } from '../source.ts';
import type { Rule } from './rule.ts';
import { inWords } from './wording.ts';

const longestSeconds = 364 * 86_400;

/**
 * HDL241: a run of another pipeline that cannot be: the pipeline is not among the application's, runs this one again in a
 * circle, gets an input that certainly breaks its contract, or may take longer than Step Functions lets a run wait. Fix: add
 * the pipeline, break the circle, pass what its contract wants, or set a timeout of 364d or less.
 */
export const childRunsArePossible: Rule = ({ graph: { pipeline, stages }, all }) =>
  stages.flatMap(({ id, node }) => {
    const problem = node.kind === 'run' ? problemOf(pipeline, node, all) : undefined;
    return problem ? [{ code: 'HDL241', severity: 'error', at: `${pipeline.name}.${id}`, ...problem }] : [];
  });

type Problem = Pick<Diagnostic, 'message' | 'fix'>;

const problemOf = (pipeline: Pipeline, node: RunNode, all: readonly Pipeline[]): Problem | undefined => {
  const { child, timeoutSeconds } = node;
  if (!all.some(({ name }) => name === child.name))
    return {
      message: `runs ${child.name}, which is not among the application's pipelines`,
      fix: `add ${child.name} to the application's pipelines`,
    };
  const circle = pathTo(pipeline.name, child, new Set());
  if (circle)
    return {
      message: `pipelines run each other in a circle: ${[pipeline.name, ...circle].join(' -> ')}`,
      fix: `let ${circle.at(-2) ?? child.name} do without a run of ${pipeline.name}`,
    };
  if (!Number.isInteger(timeoutSeconds) || timeoutSeconds < 1 || timeoutSeconds > longestSeconds)
    return {
      message: `timeout is ${timeoutSeconds} s, but Step Functions waits whole seconds, from one to 364 days`,
      fix: "set a span in that range, such as '1d'",
    };
  const misfit = mismatch(schemaOf(pipeline, node.bind), jsonSchemaOf(child.input, 'input'));
  if (!misfit) return undefined;
  return {
    message: `${['input', ...misfit.path].join('.')} is ${inWords(misfit.given)} but ${child.name} wants ${inWords(misfit.wanted)}`,
    fix: `pass ${inWords(misfit.wanted)}, or change the input of ${child.name}`,
  };
};

/** The way from a pipeline, through those that it runs or waits for, to the one of a name. */
const pathTo = (name: string, from: Pipeline, seen: Set<Pipeline>): readonly string[] | undefined => {
  if (from.name === name) return [from.name];
  if (seen.has(from)) return undefined;
  seen.add(from);
  for (const next of [...childrenOf(from), ...Object.values(from.upstream)]) {
    const way = pathTo(name, next, seen);
    if (way) return [from.name, ...way];
  }
  return undefined;
};
