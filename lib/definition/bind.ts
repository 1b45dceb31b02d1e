// Turns what a person passed to a stage (values, refs, objects holding refs) into a Binding.
import type { Binding, Json } from '../records/index.ts';
import { DefinitionError } from './diagnostic.ts';
import { bindingOfRef } from './ref.ts';

const isPlain = (value: object): boolean => {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** `at` names the stage for the message. Throws HDL103 on what JSON cannot hold (a function, a Date, NaN). */
export const bind = (value: unknown, at: string): Binding => {
  const ref = bindingOfRef(value);
  if (ref) return ref;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return { kind: 'value', value };
  if (typeof value === 'number' && Number.isFinite(value)) return { kind: 'value', value };
  if (Array.isArray(value)) return simplify({ kind: 'list', items: value.map((item) => bind(item, at)) });
  if (typeof value === 'object' && isPlain(value)) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return simplify({
      kind: 'object',
      fields: Object.fromEntries(fields.map(([name, field]) => [name, bind(field, at)])),
    });
  }
  throw new DefinitionError([
    {
      code: 'HDL103',
      severity: 'error',
      at,
      message: `the input holds ${described(value)}, which JSON cannot hold`,
      fix: 'pass strings, numbers, booleans, null, plain objects, lists, or refs',
    },
  ]);
};

const described = (value: unknown): string => {
  switch (typeof value) {
    case 'object':
      return `an object of class ${value?.constructor?.name ?? 'unknown'}`;
    case 'function':
      return 'a function';
    case 'number':
      return String(value); // NaN or an infinity: the finite ones were bound.
    case 'undefined':
      return 'undefined';
    default:
      return `a ${typeof value}`;
  }
};

/** An object or list without any ref in it is one constant. */
const simplify = (binding: Extract<Binding, { kind: 'object' | 'list' }>): Binding => {
  if (binding.kind === 'list') {
    const values = binding.items.filter((item) => item.kind === 'value');
    return values.length === binding.items.length
      ? { kind: 'value', value: values.map((item) => item.value) }
      : binding;
  }
  const entries: [string, Json][] = [];
  for (const [name, field] of Object.entries(binding.fields)) {
    if (field.kind !== 'value') return binding;
    entries.push([name, field.value]);
  }
  return { kind: 'value', value: Object.fromEntries(entries) };
};
