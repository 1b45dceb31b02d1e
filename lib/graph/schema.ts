// Contracts as JSON Schema, where the schema library can give it, so that synth can check what TypeScript could not see.
import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';

/** The part of JSON Schema that the checks read. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: { readonly [field: string]: JsonSchema };
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly $ref?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly maxLength?: number;
  readonly maxItems?: number;
}

const speaksJsonSchema = (schema: StandardSchemaV1): schema is StandardSchemaV1 & StandardJSONSchemaV1 =>
  'jsonSchema' in schema['~standard'];

const known = new WeakMap<StandardSchemaV1, Map<'input' | 'output', JsonSchema | undefined>>();

/** The JSON Schema of a contract's `input` or `output` side, or undefined where the library has none for it. */
export const jsonSchemaOf = (schema: StandardSchemaV1, side: 'input' | 'output'): JsonSchema | undefined => {
  const sides = known.get(schema) ?? new Map<'input' | 'output', JsonSchema | undefined>();
  known.set(schema, sides);
  if (!sides.has(side)) sides.set(side, converted(schema, side));
  return sides.get(side);
};

const converted = (schema: StandardSchemaV1, side: 'input' | 'output'): JsonSchema | undefined => {
  if (!speaksJsonSchema(schema)) return undefined;
  try {
    return schema['~standard'].jsonSchema[side]({ target: 'draft-2020-12', libraryOptions: zodOptions }) as JsonSchema;
  } catch {
    return undefined; // A contract with no JSON Schema at all: the run-time check still holds.
  }
};

/** Zod gives a transform or custom type an open schema instead of none for the whole; a coerced one takes anything. */
const zodOptions = {
  unrepresentable: 'any',
  override: (context: { zodSchema: { _zod: { def: { coerce?: boolean } } }; jsonSchema: Record<string, unknown> }) => {
    if (context.zodSchema._zod.def.coerce) delete context.jsonSchema.type;
  },
};

/** A schema's alternatives: itself, unless it is a union. */
const alternatives = (schema: JsonSchema): readonly JsonSchema[] => {
  const union = schema.type === undefined ? (schema.anyOf ?? schema.oneOf) : undefined;
  return union ? union.flatMap(alternatives) : [schema];
};

/** A schema for "one of these"; undefined when one of them is not known. */
export const oneOf = (schemas: readonly (JsonSchema | undefined)[]): JsonSchema | undefined => {
  const sure = schemas.filter((schema) => schema !== undefined);
  if (sure.length < schemas.length) return undefined;
  return sure.length === 1 ? sure[0] : { anyOf: sure };
};

/** True when a schema says nothing that these checks understand. */
const isOpen = (schema: JsonSchema): boolean =>
  schema.type === undefined ||
  schema.$ref !== undefined ||
  schema.anyOf !== undefined ||
  schema.oneOf !== undefined ||
  schema.allOf !== undefined;

export type Found =
  | { readonly schema: JsonSchema | undefined }
  /** `missing` certainly does not exist; `known` are the fields that do, beside it. */
  | { readonly missing: string; readonly known: readonly string[] };

/** The schema at a path; `undefined` where it cannot be told, and the failing field where it certainly does not exist. */
export const schemaAt = (schema: JsonSchema | undefined, path: readonly string[]): Found => {
  const [field, ...rest] = path;
  if (field === undefined || !schema) return { schema };
  const steps = alternatives(schema)
    .filter((alternative) => alternative.type !== 'null')
    .map((alternative) => step(alternative, field));
  const found = steps.flatMap((each) => ('missing' in each ? [] : [each.schema]));
  if (found.length > 0) return schemaAt(oneOf(found), rest);
  return { missing: field, known: [...new Set(steps.flatMap((each) => ('missing' in each ? each.known : [])))] };
};

const step = (at: JsonSchema, field: string): Found => {
  if (isOpen(at)) return { schema: undefined };
  const types = typesOf(at) ?? [];
  if (types.includes('array') && /^\d+$/.test(field)) return { schema: at.items };
  if (!types.includes('object')) return { missing: field, known: [] };
  const fields = at.properties ?? {};
  if (Object.hasOwn(fields, field)) return { schema: fields[field] };
  const rest = at.additionalProperties;
  if (typeof rest === 'object') return { schema: rest };
  if (rest === true || !at.properties) return { schema: undefined };
  return { missing: field, known: Object.keys(fields) };
};

/** The names of the JSON types that a schema allows, in a union too; undefined when it cannot be told. */
export const typesOf = (schema: JsonSchema): readonly string[] | undefined => {
  const types: string[] = [];
  for (const alternative of alternatives(schema)) {
    if (isOpen(alternative) || alternative.type === undefined) return undefined;
    types.push(...(typeof alternative.type === 'string' ? [alternative.type] : alternative.type));
  }
  return [...new Set(types)];
};

export interface Mismatch {
  readonly path: readonly string[];
  /** `missing`, or the JSON types given, joined with "or". */
  readonly given: string;
  readonly wanted: string;
}

/** What of `given` certainly does not fit into `wanted`: the path and the two types; undefined when it fits or may fit. */
export const mismatch = (
  given: JsonSchema | undefined,
  wanted: JsonSchema | undefined,
  path: readonly string[] = [],
): Mismatch | undefined => {
  if (!given || !wanted) return undefined;
  const [from, to] = [typesOf(given), typesOf(wanted)];
  if (!from || !to) return undefined;
  const misfits: Mismatch[] = [];
  for (const one of alternatives(given)) {
    for (const other of alternatives(wanted)) {
      const misfit = misfitOf(one, other, path);
      if (!misfit) return undefined;
      misfits.push(misfit);
    }
  }
  // Where the kinds agree and something inside does not, that is the thing to tell.
  const deepest = misfits.reduce((best, each) => (each.path.length > best.path.length ? each : best));
  return deepest.path.length > path.length ? deepest : { path, given: from.join(' or '), wanted: to.join(' or ') };
};

/** `mismatch` for two schemas that are no unions. */
const misfitOf = (given: JsonSchema, wanted: JsonSchema, path: readonly string[]): Mismatch | undefined => {
  const [from, to] = [typesOf(given), typesOf(wanted)];
  if (!from || !to) return undefined;
  const numeric = (type: string) => type === 'integer' || type === 'number';
  const fitting = from.filter((type) => to.includes(type) || (numeric(type) && to.some(numeric)));
  if (fitting.length === 0) return { path, given: from.join(' or '), wanted: to.join(' or ') };
  if (fitting.some((type) => type !== 'array' && type !== 'object')) return undefined;
  if (fitting.includes('array')) return mismatch(given.items, wanted.items, [...path, '[]']);
  return fieldMisfit(given, wanted, path);
};

const fieldMisfit = (given: JsonSchema, wanted: JsonSchema, path: readonly string[]): Mismatch | undefined => {
  if (!given.properties) return undefined;
  for (const [field, want] of Object.entries(wanted.properties ?? {})) {
    const have = Object.hasOwn(given.properties, field) ? given.properties[field] : undefined;
    if (have) {
      const inner = mismatch(have, want, [...path, field]);
      if (inner) return inner;
    } else if (given.additionalProperties === false && wanted.required?.includes(field)) {
      return { path: [...path, field], given: 'missing', wanted: typesOf(want)?.join(' or ') ?? 'value' };
    }
  }
  return undefined;
};

/** The JSON Schema of a constant. */
export const schemaOfValue = (value: unknown): JsonSchema => {
  if (value === null) return { type: 'null' };
  if (Array.isArray(value)) {
    const items = oneOf(value.map(schemaOfValue));
    return { type: 'array', ...(items && value.length > 0 ? { items } : {}) };
  }
  if (typeof value === 'object') {
    const fields = Object.entries(value);
    return {
      type: 'object',
      properties: Object.fromEntries(fields.map(([name, field]) => [name, schemaOfValue(field)])),
      additionalProperties: false,
    };
  }
  return { type: typeof value };
};
