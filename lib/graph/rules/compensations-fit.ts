import type { Diagnostic, TaskNode } from '../../definition/index.ts';
import { type JsonSchema, jsonSchemaOf, mismatch } from '../schema.ts';
import type { Rule } from './rule.ts';
import { inWords } from './wording.ts';

/**
 * HDL251: a stage cannot be undone as it says: what undoes it certainly does not take `{ input, output }` of the stage, or is the
 * stage itself; or `onCancel` says when, and nothing how. TypeScript sees most of the first. Fix: as the message says.
 */
export const compensationsFit: Rule = ({ graph: { pipeline, stages } }) =>
  stages.flatMap(({ id, node }) =>
    node.kind === 'task'
      ? problemsOf(node).map(
          (problem): Diagnostic => ({ code: 'HDL251', severity: 'error', at: `${pipeline.name}.${id}`, ...problem }),
        )
      : [],
  );

const problemsOf = ({ stage, compensate, onCancel }: TaskNode): readonly Pick<Diagnostic, 'message' | 'fix'>[] => {
  if (!compensate)
    return onCancel
      ? [
          {
            message: "onCancel is 'compensate', but nothing undoes the stage",
            fix: 'name what does with compensate, or leave onCancel out',
          },
        ]
      : [];
  if (compensate.name === stage.name)
    return [
      {
        message: `${stage.name} is to be undone by ${stage.name} itself`,
        fix: 'define a stage that takes back what it does',
      },
    ];
  const fields = { input: jsonSchemaOf(stage.input, 'input'), output: jsonSchemaOf(stage.output, 'output') };
  const done: JsonSchema = {
    type: 'object',
    properties: Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, schema ?? {}])),
    required: Object.keys(fields),
    additionalProperties: false,
  };
  const found = mismatch(done, jsonSchemaOf(compensate.input, 'input'));
  if (!found) return [];
  const where = ['input', ...found.path].join('.').replaceAll('.[]', '[]');
  const given = found.given === 'missing' ? 'not there' : inWords(found.given);
  return [
    {
      message: `${compensate.name} cannot undo ${stage.name}: its contract wants ${where} as ${inWords(found.wanted)}, which is ${given}`,
      fix: `let ${compensate.name} take z.object({ input, output }) with what it needs of those of ${stage.name}`,
    },
  ];
};
