import type { Binding, Condition, Pipeline } from '../../definition/index.ts';
import { holds } from '../../records/index.ts';
import { placesIn } from '../read.ts';
import { type JsonSchema, typesOf } from '../schema.ts';
import { schemaOf } from '../source.ts';
import type { Rule } from './rule.ts';

/**
 * HDL214: stages stand in a branch of a choice that is never taken, because its condition always comes out the same: it
 * compares constants, or a value with something that its contract does not allow, such as a word that is not in an enum. Fix:
 * correct the condition, or take the branch out.
 */
export const branchesCanBeTaken: Rule = ({ graph: { pipeline } }) =>
  placesIn(pipeline.flow).flatMap(({ id, node }) => {
    if (node.kind !== 'choose') return [];
    const outcome = outcomeOf(pipeline, node.when);
    if (outcome === undefined) return [];
    const never = outcome ? { name: 'otherwise', block: node.onFalse } : { name: 'then', block: node.onTrue };
    const stages = placesIn(never.block).map((place) => place.id);
    if (stages.length === 0) return [];
    return [
      {
        code: 'HDL214',
        severity: 'error',
        at: `${pipeline.name}.${id}`,
        message: `${stages.join(', ')} can never run: the condition is always ${outcome}, so the ${never.name} branch is never taken`,
        fix: `correct the condition, or take ${stages.length === 1 ? 'the stage' : 'the stages'} out`,
      },
    ];
  });

/** What a condition always comes out as; undefined when it depends on the run. */
const outcomeOf = (pipeline: Pipeline, condition: Condition): boolean | undefined => {
  switch (condition.kind) {
    case 'not': {
      const inner = outcomeOf(pipeline, condition.condition);
      return inner === undefined ? undefined : !inner;
    }
    case 'and':
    case 'or': {
      const decides = condition.kind === 'or';
      const inner = condition.conditions.map((each) => outcomeOf(pipeline, each));
      if (inner.includes(decides)) return decides;
      return inner.includes(undefined) ? undefined : !decides;
    }
    case 'compare': {
      const { left, right, comparison } = condition;
      if (left.kind === 'value' && right.kind === 'value')
        return holds(condition, (operand) => (operand.kind === 'value' ? operand.value : null));
      const never = neverEqual(pipeline, left, right) || neverEqual(pipeline, right, left);
      if (!never) return undefined;
      if (comparison === 'eq') return false;
      return comparison === 'ne' ? true : undefined;
    }
  }
};

/** True when the contract of what a ref points at certainly does not allow a constant. */
const neverEqual = (pipeline: Pipeline, ref: Binding, constant: Binding): boolean => {
  if (constant.kind !== 'value' || ref.kind === 'value') return false;
  const schema = schemaOf(pipeline, ref);
  return schema !== undefined && !mayBe(schema, constant.value);
};

const mayBe = (schema: JsonSchema, value: unknown): boolean => {
  const union = schema.type === undefined ? (schema.anyOf ?? schema.oneOf) : undefined;
  if (union) return union.some((each) => mayBe(each, value));
  if (schema.enum) return schema.enum.includes(value);
  if ('const' in schema) return schema.const === value;
  const types = typesOf(schema);
  if (!types) return true;
  const type = value === null ? 'null' : typeof value;
  return types.includes(type) || (type === 'number' && types.includes('integer'));
};
