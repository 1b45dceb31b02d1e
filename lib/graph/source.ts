// What refs point at: the contract behind each, as JSON Schema.
import type { Binding, Block, MapItems, Node, Pipeline, Source } from '../definition/index.ts';
import { isList, isRelaxed, type JoinPolicy, sameKey, timeOf, type UpstreamUse } from '../records/index.ts';
import { placesIn } from './read.ts';
import { type Found, type JsonSchema, jsonSchemaOf, oneOf, schemaAt, schemaOfValue } from './schema.ts';

type Ref = Extract<Binding, { kind: 'ref' }>;

/** A ref as the user would write it: `listed.files`, `input.day`, `upstream.collect.rows`. */
export const spelled = ({ source, path }: Ref): string => {
  const root =
    source.kind === 'stage' || (source.kind === 'item' && source.stage !== undefined)
      ? source.stage
      : source.kind === 'upstream'
        ? `upstream.${source.upstream}`
        : source.kind;
  return [root, ...path].join('.');
};

const object = (fields: { readonly [field: string]: JsonSchema | undefined }): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, schema ?? {}])),
  required: Object.keys(fields),
  additionalProperties: false,
});

const list = (items: JsonSchema | undefined): JsonSchema => ({ type: 'array', ...(items ? { items } : {}) });

const text: JsonSchema = { type: 'string' };
const count: JsonSchema = { type: 'integer' };

const nodesByFlow = new WeakMap<Block, ReadonlyMap<string, Node>>();

/** The stage or choice of an id; of two, the first. Looked up once for each ref of a pipeline, so the flow is walked once. */
const nodeOf = (flow: Block, id: string): Node | undefined => {
  const known =
    nodesByFlow.get(flow) ??
    new Map(
      placesIn(flow)
        .toReversed()
        .map((place) => [place.id, place.node]),
    );
  nodesByFlow.set(flow, known);
  return known.get(id);
};

/** The contract of what a source gives. `items` is what the map around goes over, for refs to its item. */
export const schemaOfSource = (
  pipeline: Pipeline,
  source: Source,
  items?: MapItems,
  seen: readonly Pipeline[] = [],
): JsonSchema | undefined => {
  switch (source.kind) {
    case 'run':
      return object({ id: text, partition: text, pipeline: text });
    case 'partition':
      return object(partitionFields(pipeline));
    case 'input':
      return jsonSchemaOf(pipeline.input, 'output');
    case 'item': {
      const beside = source.stage === undefined ? undefined : nodeOf(pipeline.flow, source.stage);
      if (beside) return beside.kind === 'map' ? jsonSchemaOf(beside.stage.output, 'output') : undefined;
      if (items?.kind === 'rows') return jsonSchemaOf(items.row, 'input');
      const found = items && schemaAt(schemaOf(pipeline, items, undefined, seen), ['0']);
      return found && 'schema' in found ? found.schema : undefined;
    }
    case 'given':
      return undefined;
    case 'upstream': {
      const upstream = pipeline.upstream[source.upstream];
      if (!upstream || seen.includes(upstream)) return undefined;
      const output = schemaOf(upstream, upstream.flow.output, undefined, [...seen, pipeline]);
      return usedSchema(output, pipeline.uses?.[source.upstream] ?? sameKey, pipeline.join);
    }
    case 'stage': {
      const node = nodeOf(pipeline.flow, source.stage);
      return node && schemaOfOutput(node);
    }
  }
};

/** What `flow.upstream.<alias>` has: an upstream's output as it is used. */
const usedSchema = (output: JsonSchema | undefined, use: UpstreamUse, join?: JoinPolicy): JsonSchema | undefined => {
  const perhaps = isRelaxed(use) || (join && isRelaxed(join)) ? oneOf([output, { type: 'null' }]) : output;
  return isList(use) ? list(object({ key: text, output: perhaps })) : perhaps;
};

/** What `flow.partition` has: what the slice of a key of these partitions would have. */
const partitionFields = ({ partitions }: Pipeline): { readonly [field: string]: JsonSchema } => {
  const names = partitions?.kind === 'by' ? partitions.dimensions.map(({ name }) => name) : [];
  const moments = partitions && timeOf(partitions) ? ['start', 'end'] : [];
  const known = partitions?.trials ? oneOf([text, { type: 'null' }]) : text;
  return { ...Object.fromEntries([...moments, ...names].map((name) => [name, known])), key: text };
};

/** The contract of what a stage gives; undefined for a choice, and where it cannot be told. */
const schemaOfOutput = (node: Node): JsonSchema | undefined => {
  switch (node.kind) {
    case 'task':
      return jsonSchemaOf(node.stage.output, 'output');
    case 'map':
      return object({ outputs: list(jsonSchemaOf(node.stage.output, 'output')), count, failed: count });
    case 'run':
      return schemaOf(node.child, node.child.flow.output);
    case 'service':
      return node.output && jsonSchemaOf(node.output, 'output');
    case 'approve':
      return jsonSchemaOf(node.answer, 'output');
    case 'check':
      return object({ passed: { type: 'boolean' }, found: text });
    case 'wait':
      return object({ until: text });
    case 'choose':
      return undefined;
  }
};

/** The schema that a ref points at, or the field on its way that certainly does not exist. */
export const schemaOfRef = (pipeline: Pipeline, ref: Ref, items?: MapItems, seen: readonly Pipeline[] = []): Found => {
  if (isResults(pipeline, ref)) return schemaAt(mapResults, ref.path.slice(1));
  const schema = schemaOfSource(pipeline, ref.source, items, seen);
  const found = schemaAt(schema, ref.path);
  // What a reduce goes over, which no contract has: to who says what its parts are, an element is an output.
  const isPortions = 'missing' in found && ref.source.kind === 'stage' && ref.path[0] === 'portions';
  return isPortions ? schemaAt(schema, ['outputs', ...ref.path.slice(1)]) : found;
};

/** The index of what a map gave, in S3: not a part of what it gives as a whole. */
const isResults = (pipeline: Pipeline, { source, path }: Ref): boolean =>
  source.kind === 'stage' && path[0] === 'results' && nodeOf(pipeline.flow, source.stage)?.kind === 'map';
const mapResults = object({ bucket: text, key: text, count, failed: count });

/** The schema of the value that a binding will have; undefined where it cannot be told. */
export const schemaOf = (
  pipeline: Pipeline,
  binding: Binding,
  items?: MapItems,
  seen: readonly Pipeline[] = [],
): JsonSchema | undefined => {
  const inner = (part: Binding) => schemaOf(pipeline, part, items, seen);
  switch (binding.kind) {
    case 'value':
      return schemaOfValue(binding.value);
    case 'ref': {
      const found = schemaOfRef(pipeline, binding, items, seen);
      return 'schema' in found ? found.schema : undefined;
    }
    case 'object':
      return object(Object.fromEntries(Object.entries(binding.fields).map(([name, field]) => [name, inner(field)])));
    case 'list':
      return list(binding.items.length > 0 ? oneOf(binding.items.map(inner)) : undefined);
    case 'chosen': {
      const found = schemaAt(oneOf([inner(binding.onTrue), inner(binding.onFalse)]), binding.path);
      return 'schema' in found ? found.schema : undefined;
    }
  }
};
