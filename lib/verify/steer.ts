// How made values are bent so that a run takes the branches that lead to a stage, and its checks hold.
import type { Binding, Condition, Node } from '../definition/index.ts';
import { type JsonSchema, jsonSchemaOf, type PipelineGraph, schemaAt } from '../graph/index.ts';
import type { Json } from '../records/index.ts';

/** Another value at a path of what the stubs give; `place` is `input`, `stage <id>` or `upstream <alias>`. */
export interface Bend {
  readonly place: string;
  readonly path: readonly string[];
  readonly value: Json;
}

/** The branch to take at choices, by their ids. */
export type Route = { readonly [choose: string]: 'then' | 'otherwise' };

/** What to bend so that a run takes a route. Best effort: the interpreter says where it led. */
export const bendsFor = (graph: PipelineGraph, route: Route): readonly Bend[] => {
  const schemaOf = schemasIn(graph);
  const bends: Bend[] = [];
  const visit = (nodes: readonly Node[]): void => {
    for (const node of nodes) {
      if (node.kind === 'check') bends.push(...bendsOf(node.claim, true, schemaOf));
      if (node.kind !== 'choose') continue;
      const branch = route[node.id];
      if (branch) bends.push(...bendsOf(node.when, branch === 'then', schemaOf));
      visit(node.onTrue.nodes);
      visit(node.onFalse.nodes);
    }
  };
  visit(graph.pipeline.flow.nodes);
  return bends;
};

type SchemaOf = (place: string, path: readonly string[]) => JsonSchema | undefined;

const schemasIn = ({ stages, pipeline }: PipelineGraph): SchemaOf => {
  const roots = new Map<string, JsonSchema | undefined>([['input', jsonSchemaOf(pipeline.input, 'input')]]);
  for (const { id, node } of stages)
    if (node.kind === 'task') roots.set(`stage ${id}`, jsonSchemaOf(node.stage.output, 'input'));
  return (place, path) => {
    const found = schemaAt(roots.get(place), path);
    return 'schema' in found ? found.schema : undefined;
  };
};

const bendsOf = (condition: Condition, wanted: boolean, schemaOf: SchemaOf): readonly Bend[] => {
  if (condition.kind === 'not') return bendsOf(condition.condition, !wanted, schemaOf);
  if (condition.kind !== 'compare') return condition.conditions.flatMap((each) => bendsOf(each, wanted, schemaOf));
  const { left, right, comparison } = condition;
  const asked = wanted ? comparison : opposite[comparison];
  const [bent, fixed, turned] =
    left.kind === 'value' ? ([right, left, mirrored[asked]] as const) : ([left, right, asked] as const);
  if (fixed.kind !== 'value') return [];
  const at = placeOf(bent);
  if (!at) return [];
  const value = valueFor(turned, fixed.value, schemaOf(at.place, at.path));
  return value === undefined ? [] : [{ ...at, value }];
};

type Comparison = Extract<Condition, { kind: 'compare' }>['comparison'];
const opposite = { eq: 'ne', ne: 'eq', gt: 'lte', lte: 'gt', lt: 'gte', gte: 'lt' } as const;
const mirrored = { eq: 'eq', ne: 'ne', gt: 'lt', lt: 'gt', gte: 'lte', lte: 'gte' } as const;

const placeOf = (binding: Binding): Omit<Bend, 'value'> | undefined => {
  if (binding.kind !== 'ref') return undefined;
  const { source, path } = binding;
  if (source.kind === 'input') return { place: 'input', path };
  if (source.kind === 'stage') return { place: `stage ${source.stage}`, path };
  return source.kind === 'upstream' ? { place: `upstream ${source.upstream}`, path } : undefined;
};

/** A value that compares so with `fixed`, within what the schema allows. Undefined when there is none to be found. */
const valueFor = (comparison: Comparison, fixed: Json, schema: JsonSchema | undefined): Json | undefined => {
  const { enum: values, minimum, maximum } = (schema ?? {}) as JsonSchema & { minimum?: number; maximum?: number };
  if (comparison === 'eq' || comparison === 'gte' || comparison === 'lte') return fixed;
  if (comparison === 'ne' && values) return values.find((value) => value !== fixed) as Json | undefined;
  if (typeof fixed === 'boolean') return !fixed;
  if (typeof fixed === 'string') return comparison === 'lt' ? '' : `${fixed}~`;
  if (typeof fixed !== 'number') return undefined;
  if (comparison === 'lt') return minimum === undefined ? fixed - 1 : Math.max(fixed - 1, minimum);
  return maximum === undefined ? fixed + 1 : Math.min(fixed + 1, maximum);
};
