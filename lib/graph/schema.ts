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
}

const speaksJsonSchema = (schema: StandardSchemaV1): schema is StandardSchemaV1 & StandardJSONSchemaV1 =>
  'jsonSchema' in schema['~standard'];

/** The JSON Schema of a contract's `input` or `output` side, or undefined where the library has none for it. */
export const jsonSchemaOf = (schema: StandardSchemaV1, side: 'input' | 'output'): JsonSchema | undefined => {
  if (!speaksJsonSchema(schema)) return undefined;
  try {
    return schema['~standard'].jsonSchema[side]({ target: 'draft-2020-12' }) as JsonSchema;
  } catch {
    return undefined; // A transform or a custom type has no JSON Schema: the run-time contract check still holds.
  }
};

/** True when a schema says nothing that these checks understand. */
const isOpen = (schema: JsonSchema): boolean =>
  schema.type === undefined ||
  schema.$ref !== undefined ||
  schema.anyOf !== undefined ||
  schema.oneOf !== undefined ||
  schema.allOf !== undefined;

/** The schema at a path; `undefined` where it cannot be told, and the failing field where it certainly does not exist. */
export const schemaAt = (
  schema: JsonSchema | undefined,
  path: readonly string[],
): { readonly schema: JsonSchema | undefined } | { readonly missing: string; readonly known: readonly string[] } => {
  let at = schema;
  for (const field of path) {
    if (!at || isOpen(at)) return { schema: undefined };
    if (at.type === 'object') {
      const next: JsonSchema | undefined = at.properties?.[field];
      if (!next) {
        const open = at.additionalProperties !== false && at.additionalProperties !== undefined;
        if (open || !at.properties)
          return { schema: typeof at.additionalProperties === 'object' ? at.additionalProperties : undefined };
        return { missing: field, known: Object.keys(at.properties) };
      }
      at = next;
    } else if (at.type === 'array' && /^\d+$/.test(field)) {
      at = at.items;
    } else {
      return { missing: field, known: [] };
    }
  }
  return { schema: at };
};

const typesOf = (schema: JsonSchema): readonly string[] | undefined => {
  if (isOpen(schema)) return undefined;
  return typeof schema.type === 'string' ? [schema.type] : schema.type;
};

/** What of `given` certainly does not fit into `wanted`: the path and the two types; undefined when it fits or may fit. */
export const mismatch = (
  given: JsonSchema | undefined,
  wanted: JsonSchema | undefined,
  path: readonly string[] = [],
): { readonly path: readonly string[]; readonly given: string; readonly wanted: string } | undefined => {
  if (!given || !wanted) return undefined;
  const from = typesOf(given);
  const to = typesOf(wanted);
  if (!from || !to) return undefined;
  const fits = (type: string) =>
    to.includes(type) || (type === 'integer' && to.includes('number')) || (type === 'number' && to.includes('integer'));
  if (!from.some(fits)) return { path, given: from.join(' or '), wanted: to.join(' or ') };
  if (from.includes('array') && to.includes('array')) return mismatch(given.items, wanted.items, [...path, '[]']);
  if (!from.includes('object') || !to.includes('object') || !given.properties) return undefined;
  for (const [field, want] of Object.entries(wanted.properties ?? {})) {
    const have = given.properties[field];
    if (!have) {
      const closed = given.additionalProperties === false;
      if (closed && wanted.required?.includes(field))
        return { path: [...path, field], given: 'missing', wanted: typesOf(want)?.join(' or ') ?? 'a value' };
      continue;
    }
    const inner = mismatch(have, want, [...path, field]);
    if (inner) return inner;
  }
  return undefined;
};

/** The JSON Schema of a constant. */
export const schemaOfValue = (value: unknown): JsonSchema => {
  if (value === null) return { type: 'null' };
  if (Array.isArray(value)) return { type: 'array' };
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
