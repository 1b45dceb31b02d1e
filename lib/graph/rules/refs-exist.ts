import { type Binding, type MapItems, type Pipeline, refsIn } from '../../definition/index.ts';
import { placesIn, readsIn } from '../read.ts';
import { schemaAt } from '../schema.ts';
import { schemaOf, schemaOfRef, spelled } from '../source.ts';
import type { Rule } from './rule.ts';
import { offer } from './wording.ts';

type Ref = Extract<Binding, { kind: 'ref' }>;
type Chosen = Extract<Binding, { kind: 'chosen' }>;
interface Unknown {
  readonly message: string;
  readonly fix: string;
}

/**
 * HDL203: something read does not exist: a stage, an upstream, or a field that the contract behind the ref certainly does
 * not have. Fix: read one of the names that exist, or add the field to the contract.
 */
export const refsExist: Rule = ({ graph: { pipeline } }) => {
  const reads = readsIn(pipeline).flatMap(({ at, binding, items }) => [
    ...refsIn(binding).map((ref) => ({ at, problem: unknownRef(pipeline, ref, items) })),
    ...chosenIn(binding).map((chosen) => ({ at, problem: unknownField(pipeline, chosen, items) })),
  ]);
  const waits = placesIn(pipeline.flow).flatMap(({ id, node }) =>
    node.kind === 'choose'
      ? []
      : node.after.map((stage) => ({ at: `${pipeline.name}.${id}`, problem: unknownStage(pipeline, stage) })),
  );
  const told = new Set<string>();
  return [...reads, ...waits].flatMap(({ at, problem }) => {
    if (!problem || told.has(`${at} ${problem.message}`)) return [];
    told.add(`${at} ${problem.message}`);
    return [{ code: 'HDL203', severity: 'error', at, ...problem }];
  });
};

const unknownRef = (pipeline: Pipeline, ref: Ref, items: MapItems | undefined): Unknown | undefined => {
  const { source, path } = ref;
  if (source.kind === 'item' && !items) return undefined; // HDL211's business.
  const stage = source.kind === 'stage' || source.kind === 'item' ? source.stage : undefined;
  const missing = stage === undefined ? undefined : unknownStage(pipeline, stage);
  if (missing) return missing;
  if (source.kind === 'upstream' && !Object.hasOwn(pipeline.upstream, source.upstream)) {
    const hint = offer(source.upstream, Object.keys(pipeline.upstream), (name) => `flow.upstream.${name}`);
    return {
      message: `reads upstream.${source.upstream}, but the pipeline has no upstream of that alias`,
      fix: hint || `add it to the pipeline's options: upstream: { ${source.upstream} }`,
    };
  }
  const found = schemaOfRef(pipeline, ref, items);
  if (!('missing' in found)) return undefined;
  return missingField(spelled(ref), path.length - path.indexOf(found.missing), found);
};

const unknownField = (pipeline: Pipeline, chosen: Chosen, items: MapItems | undefined): Unknown | undefined => {
  const found = schemaAt(schemaOf(pipeline, { ...chosen, path: [] }, items), chosen.path);
  if (!('missing' in found)) return undefined;
  const name = [chosen.choose, ...chosen.path].join('.');
  return missingField(name, chosen.path.length - chosen.path.indexOf(found.missing), found);
};

/** `depth` is how many fields from the end of `name` the missing one is, 1 for the last. */
const missingField = (
  name: string,
  depth: number,
  { missing, known }: { readonly missing: string; readonly known: readonly string[] },
): Unknown => {
  const parts = name.split('.');
  const owner = parts.slice(0, parts.length - depth).join('.');
  return {
    message: `reads ${name}, but ${owner} has no field ${missing}`,
    fix: offer(missing, known, (field) => `${owner}.${field}`) || `add ${missing} to the contract behind ${owner}`,
  };
};

const unknownStage = (pipeline: Pipeline, stage: string): Unknown | undefined => {
  const known = placesIn(pipeline.flow).map(({ id }) => id);
  if (known.includes(stage)) return undefined;
  return {
    message: `reads ${stage}, but the pipeline has no stage of that name`,
    fix: offer(stage, known, (name) => name) || `add it with flow.task(${stage}, …)`,
  };
};

/** Results of choices with a path into them. A branch without the field is the run's business; both without it is a mistake. */
const chosenIn = (binding: Binding): readonly Chosen[] => {
  switch (binding.kind) {
    case 'chosen':
      return [binding, ...chosenIn(binding.onTrue), ...chosenIn(binding.onFalse)];
    case 'object':
      return Object.values(binding.fields).flatMap(chosenIn);
    case 'list':
      return binding.items.flatMap(chosenIn);
    default:
      return [];
  }
};
