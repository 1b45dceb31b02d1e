import { type Binding, type HandledNode, type MapItems, mapItems, type Pipeline } from '../../definition/index.ts';
import { narrow } from '../../records/index.ts';
import type { PlacedStage } from '../graph.ts';

import { type JsonSchema, jsonSchemaOf, type Mismatch, mismatch, schemaAt, typesOf } from '../schema.ts';
import { schemaOf, schemaOfSource, spelled } from '../source.ts';
import type { Rule } from './rule.ts';
import { inWords } from './wording.ts';

type Handled = PlacedStage<HandledNode>;

/** A misfit, and the part of the binding it came from. */
interface Misfit extends Mismatch {
  readonly from: Binding | undefined;
  readonly want: JsonSchema | undefined;
}

/**
 * HDL204: what a stage is given certainly breaks its input contract: a wrong type, or a required field left out. TypeScript
 * sees most of these first; this sees those that a cast, `any` or JavaScript let through. Fix: pass a value of the right
 * type, or change the contract.
 */
export const bindingsFitContracts: Rule = ({ graph }) =>
  graph.handled.flatMap((placed) => {
    const misfit = misfitOf(graph.pipeline, placed);
    if (!misfit) return [];
    const at = ['input', ...misfit.path].join('.').replaceAll('.[]', '[]');
    return [
      {
        code: 'HDL204',
        severity: 'error',
        at: `${graph.pipeline.name}.${placed.id}`,
        message: `${at} is ${inWords(misfit.given)} but the contract wants ${inWords(misfit.wanted)}`,
        fix: `pass ${instead(graph.pipeline, placed, misfit)}, or change the input contract of ${placed.node.stage.name}`,
      },
    ];
  });

const itemsOf = ({ node }: Handled): MapItems | undefined => (node.kind === 'map' ? mapItems(node) : undefined);

const misfitOf = (pipeline: Pipeline, placed: Handled): Misfit | undefined => {
  const items = itemsOf(placed);

  const misfitting = (binding: Binding, want: JsonSchema | undefined, path: readonly string[]): Misfit | undefined => {
    if (!want) return undefined;
    const deeper = inside(binding, want, path);
    if (deeper) return deeper;
    const found = mismatch(schemaOf(pipeline, binding, items), want, path);
    return found && { ...found, from: binding, want };
  };

  /** The first misfit among a binding's parts, which says more than one of the whole. */
  const inside = (binding: Binding, want: JsonSchema, path: readonly string[]): Misfit | undefined => {
    switch (binding.kind) {
      case 'object':
        return first(Object.entries(binding.fields), ([field, part]) =>
          misfitting(part, within(want, field), [...path, field]),
        );
      case 'list':
        return first(binding.items, (part) => misfitting(part, within(want, '0'), [...path, '[]']));
      case 'chosen':
        if ('missing' in schemaAt(schemaOf(pipeline, { ...binding, path: [] }, items), binding.path)) return undefined;
        return first([binding.onTrue, binding.onFalse], (branch) =>
          misfitting(narrow(branch, binding.path), want, path),
        );
      case 'value':
        return Array.isArray(binding.value)
          ? first(binding.value, (value) => misfitting({ kind: 'value', value }, within(want, '0'), [...path, '[]']))
          : undefined;
      case 'ref':
        return undefined;
    }
  };

  return misfitting(placed.node.bind, jsonSchemaOf(placed.node.stage.input, 'input'), []);
};

const first = <T>(all: readonly T[], look: (each: T) => Misfit | undefined): Misfit | undefined => {
  for (const each of all) {
    const misfit = look(each);
    if (misfit) return misfit;
  }
  return undefined;
};

const within = (schema: JsonSchema, field: string): JsonSchema | undefined => {
  const found = schemaAt(schema, [field]);
  return 'schema' in found ? found.schema : undefined;
};

/** What to pass: a field beside the one that was read, or above it, whose type fits; else the wanted type. */
const instead = (pipeline: Pipeline, placed: Handled, { from, want, wanted, path }: Misfit): string => {
  const [only, ...others] = Object.entries(candidates(pipeline, placed, from)).filter(
    ([, schema]) => typesOf(schema) !== undefined && !mismatch(schema, want),
  );
  if (only && others.length === 0 && from?.kind === 'ref' && path.at(-1) !== '[]') {
    return spelled({ ...from, path: [...from.path.slice(0, -1), only[0]] });
  }
  return inWords(wanted);
};

const candidates = (pipeline: Pipeline, placed: Handled, from: Binding | undefined) => {
  if (from?.kind !== 'ref' || from.path.length === 0) return {};
  const owner = schemaAt(schemaOfSource(pipeline, from.source, itemsOf(placed)), from.path.slice(0, -1));
  return 'schema' in owner ? (owner.schema?.properties ?? {}) : {};
};
