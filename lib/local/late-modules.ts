// Modules that are loaded without what they do not need, or where they are first needed. Modules of Node come without the ES module around them, which `import` builds by reading every export there is: of `fs` that loads
// streams, promises and watchers (3 ms), of `util` diffs and argument parsing (2 ms).

/** Needed by every engine. */
export const fs = process.getBuiltinModule('node:fs');

// These take milliseconds to load, and most engines never use them: loaded where they are first needed.

export const crypto = (): typeof import('node:crypto') => process.getBuiltinModule('node:crypto');

export const os = (): typeof import('node:os') => process.getBuiltinModule('node:os');

export const util = (): typeof import('node:util') => process.getBuiltinModule('node:util');

export const zlib = (): typeof import('node:zlib') => process.getBuiltinModule('node:zlib');

/**
 * A module of ours that most programs never need, loaded when it is first asked for: each that a start loads takes it half a millisecond.
 * `const map = late<typeof import('./map.ts')>(import.meta.url, './map.ts')`, then `map().runMap(...)`. It is there at once: with `import()`
 * other things would happen meanwhile, and in another order the first time than the second.
 */
export const late = <Module>(from: string, path: string): (() => Module) =>
  once(() => process.getBuiltinModule('node:module').createRequire(from)(path) as Module);

/** What `make` makes when it is first asked for, and the same from then on. */
export const once = <Made>(make: () => Made): (() => Made) => {
  let made: { readonly value: Made } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** An object whose fields are made when they are first read. */
export const lazily = <Parts extends object>(makers: { readonly [name in keyof Parts]: () => Parts[name] }): Parts => {
  const parts = {};
  for (const [name, make] of Object.entries<() => unknown>(makers))
    Object.defineProperty(parts, name, { get: once(make), enumerable: true });
  return parts as Parts; // each field is what its maker gives
};
