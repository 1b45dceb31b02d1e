// Constants inside a state machine's definition, kept from being read as something else.
import type { Json } from '../records/index.ts';

/**
 * A JSON value with every string spelled so that it stands for itself: text that looks like JSONata (`{% … %}`) becomes a
 * JSONata string literal, and `${` (a CloudFormation substitution) is split.
 */
export const constant = (value: unknown): Json => {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map(constant);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, field]) => (field === undefined ? [] : [[name, constant(field)]])),
    );
  }
  return value as Json; // A number, boolean or null: all that is left in JSON.
};

const text = (value: string): string => {
  if (!value.startsWith('{%') && !value.includes('${')) return value;
  const parts = value.split('${').map((part) => JSON.stringify(part));
  return `{% ${parts.join(" & '$' & '{' & ")} %}`;
};
