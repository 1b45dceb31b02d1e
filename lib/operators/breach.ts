// How a value breaks a JSON Schema. A file of its own: a bundle that imports zod dynamically takes it whole, this takes what it uses.
import * as z from 'zod';
import type { Json } from '../records/index.ts';

/** In one line; undefined when the value is one that the schema takes. */
export const breach = (schema: Json, value: Json): string | undefined => {
  const { error } = z.fromJSONSchema(schema as never).safeParse(value);
  return error ? z.prettifyError(error).replaceAll(/\s*\n\s*/g, ' ') : undefined;
};
