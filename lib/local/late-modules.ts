// Modules of Node without the ES module around them, which `import` builds by reading every export there is: of `fs` that loads
// streams, promises and watchers (3 ms), of `util` diffs and argument parsing (2 ms).

/** Needed by every engine. */
export const fs = process.getBuiltinModule('node:fs');

// These take milliseconds to load, and most engines never use them: loaded where they are first needed.

export const crypto = (): typeof import('node:crypto') => process.getBuiltinModule('node:crypto');

export const os = (): typeof import('node:os') => process.getBuiltinModule('node:os');

export const util = (): typeof import('node:util') => process.getBuiltinModule('node:util');

export const zlib = (): typeof import('node:zlib') => process.getBuiltinModule('node:zlib');
