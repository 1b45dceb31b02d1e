import type { ApproveNode, Diagnostic } from '../../definition/index.ts';
import { canonicalJson } from '../../support/canonical-json.ts';
import { type JsonSchema, jsonSchemaOf, mismatch, schemaOfValue } from '../schema.ts';
import type { Rule } from './rule.ts';

const longestDays = 364;
const mostAskings = 1_000;

/**
 * HDL240: a question that cannot be asked or answered: a timeout or heartbeat that Step Functions does not have, a heartbeat
 * that is no shorter than the timeout or asks more than 1,000 times, an answer whose contract has no JSON Schema or changes
 * what it is given, or a default that is no answer. Fix: as the message says.
 */
export const approvalsArePossible: Rule = ({ graph: { pipeline, stages } }) =>
  stages.flatMap(({ id, node }) =>
    node.kind === 'approve'
      ? problemsOf(node).map(
          (problem): Diagnostic => ({ code: 'HDL240', severity: 'error', at: `${pipeline.name}.${id}`, ...problem }),
        )
      : [],
  );

type Problem = Pick<Diagnostic, 'message' | 'fix'>;

const problemsOf = (node: ApproveNode): readonly Problem[] => [...timeProblems(node), ...schemaProblems(node)];

const timeProblems = ({ timeoutSeconds, heartbeatSeconds }: ApproveNode): readonly Problem[] => {
  const problems: Problem[] = [];
  for (const [option, seconds] of Object.entries({ timeout: timeoutSeconds, heartbeat: heartbeatSeconds ?? 1 })) {
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > longestDays * 86_400)
      problems.push({
        message: `${option} is ${seconds} s, but Step Functions waits whole seconds, from one to ${longestDays} days`,
        fix: "set a span in that range, such as '3d'",
      });
  }
  if (heartbeatSeconds !== undefined && heartbeatSeconds >= timeoutSeconds)
    problems.push({
      message: `heartbeat is ${heartbeatSeconds} s, but the question stands for ${timeoutSeconds} s only`,
      fix: 'ask again sooner, or leave heartbeat out',
    });
  else if (heartbeatSeconds !== undefined && timeoutSeconds / heartbeatSeconds > mostAskings)
    problems.push({
      message: `heartbeat would ask ${Math.ceil(timeoutSeconds / heartbeatSeconds)} times, but a run has events for ${mostAskings}`,
      fix: `set ${Math.ceil(timeoutSeconds / mostAskings)}s or more`,
    });
  return problems;
};

const schemaProblems = ({ answer, default: instead }: ApproveNode): readonly Problem[] => {
  const given = jsonSchemaOf(answer, 'input');
  const parsed = jsonSchemaOf(answer, 'output');
  if (!given || !parsed)
    return [
      { message: 'the contract of the answer has no JSON Schema', fix: 'use a schema that has one, such as zod' },
    ];
  if (canonicalJson(shapeOf(given)) !== canonicalJson(shapeOf(parsed)))
    return [
      {
        message: 'the contract of the answer changes what it is given',
        fix: 'take out its transforms: what a person sends is what the run gets',
      },
    ];
  const misfit = instead?.kind === 'value' ? mismatch(schemaOfValue(instead.value), given) : undefined;
  if (!misfit) return [];
  const at = ['default', ...misfit.path].join('.');
  return [
    { message: `${at} is ${misfit.given} but an answer has ${misfit.wanted}`, fix: 'give a default that is an answer' },
  ];
};

/** A schema less what parsing may add: defaults and closed objects do not change an answer. */
const shapeOf = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(shapeOf);
  if (typeof schema !== 'object' || schema === null) return schema;
  const told = Object.entries(schema as JsonSchema).filter(
    ([name]) => !['required', 'default', 'additionalProperties', '$schema'].includes(name),
  );
  return Object.fromEntries(told.map(([name, part]) => [name, shapeOf(part)]));
};
