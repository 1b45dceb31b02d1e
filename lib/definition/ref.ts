// An opaque, typed pointer to a value that will exist when the pipeline runs. At synth it is a path, nothing more.
import { type Binding, narrow, type Source } from '../records/index.ts';
import { DefinitionError } from './diagnostic.ts';

declare const pointsTo: unique symbol;

type Fields<T> = T extends readonly unknown[]
  ? unknown
  : T extends object
    ? { readonly [K in keyof T]-?: Ref<T[K]> }
    : unknown;

/**
 * A value of type T at run time. Its fields are refs too: `listed.files`. It has no value at synth, so `if (ref)`,
 * `${ref}` and arithmetic throw HDL101; compare with `eq`, `gt` and their kind instead.
 */
export type Ref<T> = { readonly [pointsTo]: T } & Fields<T>;

/** A T in which any part may be a ref. Where the contract says `unknown`, anything; `bind` refuses what JSON cannot hold. */
export type Bound<T> = unknown extends T ? unknown : BoundKnown<T>;

type BoundKnown<T> =
  | Ref<T>
  | (T extends string | number | boolean | null | undefined
      ? T
      : T extends readonly (infer E)[]
        ? readonly Bound<E>[]
        : T extends object
          ? { readonly [K in keyof T]: Bound<T[K]> }
          : never);

/** The type that a binding has at run time: the inverse of Bound. */
export type Unbound<B> = B extends { readonly [pointsTo]: infer T }
  ? T
  : B extends string | number | boolean | null | undefined
    ? B
    : B extends readonly (infer E)[]
      ? readonly Unbound<E>[]
      : B extends object
        ? { readonly [K in keyof B]: Unbound<B[K]> }
        : never;

/** What a ref points into, with the path that its fields extend. */
export type Anchor =
  | { readonly kind: 'source'; readonly source: Source }
  | { readonly kind: 'chosen'; readonly choose: string; readonly onTrue: Binding; readonly onFalse: Binding }
  | { readonly kind: 'binding'; readonly binding: Binding };

const bindings = new WeakMap<object, Binding>();

const nameOf = (binding: Binding): string => {
  if (binding.kind === 'chosen') return [binding.choose, ...binding.path].join('.');
  if (binding.kind !== 'ref') return 'a value';
  const { source } = binding;
  const root = source.kind === 'stage' ? source.stage : source.kind === 'upstream' ? source.upstream : source.kind;
  return [root, ...binding.path].join('.');
};

const toBinding = (anchor: Anchor, path: readonly string[]): Binding => {
  switch (anchor.kind) {
    case 'source':
      return { kind: 'ref', source: anchor.source, path };
    case 'chosen':
      return { kind: 'chosen', choose: anchor.choose, onTrue: anchor.onTrue, onFalse: anchor.onFalse, path };
    case 'binding':
      return narrow(anchor.binding, path);
  }
};

/** Makes the ref for a place. `pipeline` is for the message when somebody coerces it. */
export const makeRef = <T>(pipeline: string, anchor: Anchor, path: readonly string[] = []): Ref<T> => {
  const binding = toBinding(anchor, path);
  const coerced = (): never => {
    const name = nameOf(binding);
    throw new DefinitionError([
      {
        code: 'HDL101',
        severity: 'error',
        at: pipeline,
        message: `the ref ${name} was used as a value, but it has none until the pipeline runs`,
        fix: `pass ${name} to a stage, or compare it with eq, gt, lt, and, or, not inside flow.choose`,
      },
    ]);
  };
  const proxy = new Proxy(Object.freeze({}), {
    get: (_, field) => {
      if (field === Symbol.toPrimitive || field === 'toString' || field === 'valueOf' || field === 'toJSON')
        return coerced;
      if (field === Symbol.iterator) return coerced();
      // `then` must stay undefined, or `await` and Promise.resolve would take a ref for a promise.
      if (typeof field === 'symbol' || field === 'then') return undefined;
      return makeRef(pipeline, anchor, [...path, field]);
    },
    // Without these, `{ ...ref }`, Object.keys(ref) and `'field' in ref` would quietly see an empty object.
    ownKeys: coerced,
    has: coerced,
  });
  bindings.set(proxy, binding);
  // The proxy's target is an empty object: its type exists only for the checker.
  return proxy as Ref<T>;
};

/** A ref that can also be called: `flow.run.id` beside `flow.run(pipeline, input)`. */
export const callable = <T, Call extends (...given: never[]) => unknown>(ref: Ref<T>, call: Call): Ref<T> & Call => {
  const own: object = ref;
  const both = new Proxy(call, {
    get: (_, field) => Reflect.get(own, field),
    has: (_, field) => Reflect.has(own, field),
    ownKeys: () => Reflect.ownKeys(own),
  });
  const binding = bindings.get(ref);
  if (binding) bindings.set(both, binding);
  return both as Ref<T> & Call; // What it gives as a ref, the ref gives.
};

/** The binding behind a ref, or undefined for anything else. */
export const bindingOfRef = (value: unknown): Binding | undefined =>
  (typeof value === 'object' && value !== null) || typeof value === 'function' ? bindings.get(value) : undefined;

export const isRef = (value: unknown): value is Ref<unknown> => bindingOfRef(value) !== undefined;
