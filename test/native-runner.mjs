// Runs a test file in Node itself instead of in a context of Jest's own: a process loads aws-cdk-lib, and all that the tests
// share, once for all files, and runs it at full speed (inside a context each access of a global is a call of an interceptor).
// What a file leaves in the environment is taken back after it.
import { createRequire, enableCompileCache, flushCompileCache, registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ModernFakeTimers } from '@jest/fake-timers';
import circus from 'jest-circus/runner';

const require = createRequire(import.meta.url);
const globals = new URL('./native-globals.mjs', import.meta.url).href;

/** Where files change between runs in one process (`--watch`), each run has modules of its own; those installed are shared. */
let run = '';
let runs = 0;
const ours = pathToFileURL(join(import.meta.dirname, '..')).href;
const isOurs = (url) => url.startsWith(`${ours}/`) && !url.includes('/node_modules/');

registerHooks({
  resolve: (specifier, context, next) => {
    if (specifier === '@jest/globals') return { url: globals, shortCircuit: true };
    const found = next(specifier, context);
    return run && isOurs(found.url) ? { ...found, url: `${found.url}${run}` } : found;
  },
});

// As bin/run.mjs has it: what types are stripped of is kept, for programs that tests start too.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '..', '.cache', 'compile');
enableCompileCache(process.env.NODE_COMPILE_CACHE);

// Nothing is open then. To take down a heap of a gigabyte takes longer than the half second after which Jest speaks of leaks.
if (process.send) process.once('beforeExit', () => process.exit());

/** The handlers of Jest's events are kept there, from one file to the next. */
const handlers = Symbol.for('EVENT_HANDLERS');

export default async (globalConfig, config, environment, runtime, testPath, send) => {
  Error.stackTraceLimit = 10; // Node's own, as in a context: Jest's hundred makes each error dear
  const before = { ...process.env };
  runs += 1;
  run = globalConfig.watch || globalConfig.watchAll ? `?run=${runs}` : '';
  environment.fakeTimersModern = new ModernFakeTimers({ config, global: globalThis });
  runtime.requireInternalModule = (path) => {
    delete require.cache[path];
    delete globalThis[handlers];
    return require(path);
  };
  runtime.setGlobalsForRuntime = (own) => {
    globalThis[Symbol.for('heddle.test.globals')] = { ...own, jest: runtime.jestGlobals.jestObjectFor(testPath) };
  };
  runtime.unstable_shouldLoadAsEsm = () => true;
  runtime.unstable_importModule = (path) => import(pathToFileURL(path).href);
  try {
    return await circus.default(globalConfig, config, environment, runtime, testPath, send);
  } finally {
    flushCompileCache();
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
};
