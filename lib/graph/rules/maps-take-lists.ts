import type { Binding, Pipeline } from '../../definition/index.ts';
import { type JsonSchema, schemaAt, typesOf } from '../schema.ts';
import { schemaOf, schemaOfSource, spelled } from '../source.ts';
import type { Rule } from './rule.ts';
import { inWords } from './wording.ts';

type Ref = Extract<Binding, { kind: 'ref' }>;

const isList = (schema: JsonSchema): boolean => typesOf(schema)?.includes('array') ?? false;

/** HDL207: `flow.map` over something that is certainly not a list, or over a file without a key. Fix: map over a field that is one. */
export const mapsTakeLists: Rule = ({ graph: { pipeline, stages } }) =>
  stages.flatMap(({ id, node }) => {
    if (node.kind !== 'map' || (node.each ?? id) !== id) return []; // of a flow.each once
    const { items, rows } = node;
    const types = typesOf(schemaOf(pipeline, items) ?? {});
    if (!types || types.includes(rows ? 'string' : 'array')) return [];
    if (rows)
      return [
        {
          code: 'HDL207',
          severity: 'error',
          at: `${pipeline.name}.${id}`,
          message: `maps over the rows of a file whose key is ${inWords(types.join(' or '))}, not a string`,
          fix: 'pass the key of the object, without its bucket',
        },
      ];
    const known = items.kind === 'ref' ? listsNear(pipeline, items) : [];
    const what = items.kind === 'ref' ? `${spelled(items)}, which is ` : '';
    return [
      {
        code: 'HDL207',
        severity: 'error',
        at: `${pipeline.name}.${id}`,
        message: `maps over ${what}${inWords(types.join(' or '))}, not a list`,
        fix: known.length > 0 ? `map over ${known.join(' or ')}` : 'map over a list',
      },
    ];
  });

/** The lists inside what a ref points at, and beside it, as the user would write them. */
const listsNear = (pipeline: Pipeline, ref: Ref): readonly string[] => {
  const above = ref.path.slice(0, -1);
  const paths = ref.path.length === 0 ? [above] : [ref.path, above];
  return paths.flatMap((path) => {
    const found = schemaAt(schemaOfSource(pipeline, ref.source), path);
    const fields = 'schema' in found ? Object.entries(found.schema?.properties ?? {}) : [];
    return fields.flatMap(([name, schema]) => (isList(schema) ? [spelled({ ...ref, path: [...path, name] })] : []));
  });
};
