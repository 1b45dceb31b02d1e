// Modules of Node that take milliseconds to load and that most engines never use: loaded where they are first needed.
// `getBuiltinModule` does not build the ES module around them either, which is half of it.

export const crypto = (): typeof import('node:crypto') => process.getBuiltinModule('node:crypto');

export const zlib = (): typeof import('node:zlib') => process.getBuiltinModule('node:zlib');
