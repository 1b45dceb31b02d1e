// Where a stage's input comes from. Recorded by a flow, shipped inside the state machine, resolved by the stage wrapper.
import type { Json } from './json.ts';

/**
 * What a ref points into: the run's own facts, partition and input, a stage's output, the item of a map, an upstream run's
 * output; what a stage was given that is to be undone. An item's `stage` is one of the same `flow.each`: what that gave for it.
 */
export type Source =
  | { readonly kind: 'run' }
  | { readonly kind: 'partition' }
  | { readonly kind: 'input' }
  | { readonly kind: 'stage'; readonly stage: string }
  | { readonly kind: 'given'; readonly stage: string }
  | { readonly kind: 'item'; readonly stage?: string }
  /** Of triggers only: the event that asks for a run, and how a partition stands, of `previous` or of a pipeline. */
  | { readonly kind: 'event' }
  | { readonly kind: 'ledger'; readonly of: string }
  | { readonly kind: 'upstream'; readonly upstream: string };

/**
 * One value to be, as plain data: a constant, a path into a source, an object or list of bindings, or the result of a
 * `choose` (the binding of the branch that was taken).
 */
export type Binding =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'ref'; readonly source: Source; readonly path: readonly string[] }
  | { readonly kind: 'object'; readonly fields: { readonly [field: string]: Binding } }
  | { readonly kind: 'list'; readonly items: readonly Binding[] }
  | {
      readonly kind: 'chosen';
      readonly choose: string;
      readonly onTrue: Binding;
      readonly onFalse: Binding;
      readonly path: readonly string[];
    };

/** Every ref inside a binding, in order of appearance. */
export const refsIn = (binding: Binding): readonly Extract<Binding, { kind: 'ref' }>[] => {
  switch (binding.kind) {
    case 'value':
      return [];
    case 'ref':
      return [binding];
    case 'object':
      return Object.values(binding.fields).flatMap(refsIn);
    case 'list':
      return binding.items.flatMap(refsIn);
    case 'chosen':
      return [...refsIn(binding.onTrue), ...refsIn(binding.onFalse)];
  }
};

/** The stages whose output for the same item a binding reads, each once, sorted. */
export const besideIn = (binding: Binding): readonly string[] =>
  [
    ...new Set(refsIn(binding).flatMap(({ source }) => (source.kind === 'item' && source.stage ? [source.stage] : []))),
  ].sort();

/** Every `choose` whose outcome a binding depends on. */
export const choicesIn = (binding: Binding): readonly string[] => {
  switch (binding.kind) {
    case 'value':
    case 'ref':
      return [];
    case 'object':
      return Object.values(binding.fields).flatMap(choicesIn);
    case 'list':
      return binding.items.flatMap(choicesIn);
    case 'chosen':
      return [binding.choose, ...choicesIn(binding.onTrue), ...choicesIn(binding.onFalse)];
  }
};

/** The binding of a field within a binding, followed along a path. A constant's missing field is null. */
export const narrow = (binding: Binding, path: readonly string[]): Binding => {
  const [field, ...rest] = path;
  if (field === undefined) return binding;
  switch (binding.kind) {
    case 'ref':
    case 'chosen':
      return { ...binding, path: [...binding.path, ...path] };
    case 'object':
      return narrow(binding.fields[field] ?? { kind: 'value', value: null }, rest);
    case 'list':
      return narrow(binding.items[Number(field)] ?? { kind: 'value', value: null }, rest);
    case 'value':
      return { kind: 'value', value: valueAt(binding.value, path) };
  }
};

/** The value at a path inside a JSON value; null where the path leads nowhere. */
export const valueAt = (value: Json, path: readonly string[]): Json =>
  path.reduce<Json>((at, field) => {
    if (at === null || typeof at !== 'object') return null;
    const inside = at as { readonly [field: string]: Json };
    return Object.hasOwn(inside, field) ? (inside[field] ?? null) : null;
  }, value);
