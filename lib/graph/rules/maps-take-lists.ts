import { type JsonSchema, schemaAt, typesOf } from '../schema.ts';
import { schemaOf, schemaOfSource, spelled } from '../source.ts';
import type { Rule } from './rule.ts';
import { inWords } from './wording.ts';

const isList = (schema: JsonSchema): boolean => typesOf(schema)?.includes('array') ?? false;

/** HDL207: `flow.map` over something that is certainly not a list. Fix: map over a field that is one. */
export const mapsTakeLists: Rule = ({ graph: { pipeline, stages } }) =>
  stages.flatMap(({ id, node }) => {
    if (node.kind !== 'map') return [];
    const { items } = node;
    const types = typesOf(schemaOf(pipeline, items) ?? {});
    if (!types || types.includes('array')) return [];

    const beside =
      items.kind === 'ref' ? schemaAt(schemaOfSource(pipeline, items.source), items.path.slice(0, -1)) : {};
    const inside = items.kind === 'ref' ? schemaAt(schemaOfSource(pipeline, items.source), items.path) : {};
    const lists = (found: object, path: readonly string[]): readonly string[] => {
      const { properties = {} } = ('schema' in found ? (found.schema as JsonSchema | undefined) : undefined) ?? {};
      const names = Object.keys(properties).filter((name) => isList(properties[name] ?? {}));
      return items.kind === 'ref' ? names.map((name) => spelled({ ...items, path: [...path, name] })) : [];
    };
    const known = items.kind === 'ref' ? [...lists(inside, items.path), ...lists(beside, items.path.slice(0, -1))] : [];
    const what = items.kind === 'ref' ? `${spelled(items)}, which is` : '';
    return [
      {
        code: 'HDL207',
        severity: 'error',
        at: `${pipeline.name}.${id}`,
        message: `maps over ${what} ${inWords(types.join(' or '))}, not a list`.replace('  ', ' '),
        fix: known.length > 0 ? `map over ${known.join(' or ')}` : 'map over a list',
      },
    ];
  });
