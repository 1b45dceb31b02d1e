// Functions inside the engine's own process: each sees its own environment and the engine's time, and writes to its own log, although
// there is one `process.env`, one `Date` and one `console`. Which function is running is asked of the asynchronous context.
import { AsyncLocalStorage } from 'node:async_hooks';
import { consoleLevels, consoleLine, lineSplitter } from './function-runtime.mjs';

/** What one event of a function sees of the process. */
export interface FunctionScope {
  readonly environment: NodeJS.ProcessEnv;
  /** What `Date` tells, in milliseconds since the epoch. */
  readonly now: () => number;
  /** As `fetch`, where the engine can answer at once; undefined where it cannot. */
  readonly fetch: ((url: string, init: RequestInit) => Promise<Response> | undefined) | undefined;
  readonly requestId: string;
  readonly log: (message: string) => void;
  /** Takes raw writes to stdout and stderr. */
  readonly write: (chunk: string | Uint8Array) => void;
  /** Logs what was written without an end of line. */
  readonly flush: () => void;
}

const scopes = new AsyncLocalStorage<FunctionScope>();
let users = 0;
let takeBack: () => void = () => undefined;

export const scopeOf = (scope: Omit<FunctionScope, 'write' | 'flush'>): FunctionScope => ({
  ...scope,
  ...lineSplitter(scope.log),
});

/** Runs `work` and all that follows from it, timers included, inside `scope`. */
export const runInScope = <T>(scope: FunctionScope, work: () => T): T => scopes.run(scope, work);

const scopedEnvironment = (own: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const current = (): NodeJS.ProcessEnv => scopes.getStore()?.environment ?? own;
  return new Proxy<NodeJS.ProcessEnv>(
    {},
    {
      get: (_, name) => Reflect.get(current(), name),
      set: (_, name, value) => Reflect.set(current(), name, String(value)), // as process.env does
      has: (_, name) => Reflect.has(current(), name),
      deleteProperty: (_, name) => Reflect.deleteProperty(current(), name),
      ownKeys: () => Reflect.ownKeys(current()),
      getOwnPropertyDescriptor: (_, name) => Reflect.getOwnPropertyDescriptor(current(), name),
    },
  );
};

/** The engine's time for functions, which may be virtual; the process's own for all else. */
const captureDate = (): (() => void) => {
  const own = globalThis.Date;
  const now = (): number => scopes.getStore()?.now() ?? own.now();
  globalThis.Date = new Proxy(own, {
    get: (_, name) => (name === 'now' ? now : Reflect.get(own, name)),
    construct: (_, parts, target) => Reflect.construct(own, parts.length === 0 ? [now()] : parts, target),
    apply: () => new own(now()).toString(),
  });
  return () => {
    globalThis.Date = own;
  };
};

/** Calls of the engine by its functions need no socket; what it does for them is not theirs. */
const captureFetch = (): (() => void) => {
  const own = globalThis.fetch;
  globalThis.fetch = (input, init = {}) => {
    const direct = scopes.getStore()?.fetch;
    if (!direct || input instanceof Request) return own(input, init);
    return scopes.exit(() => direct(String(input), init)) ?? own(input, init);
  };
  return () => {
    globalThis.fetch = own;
  };
};

const captureConsole = (): (() => void) => {
  const original = { ...console };
  for (const [method, level] of Object.entries(consoleLevels)) {
    const own: unknown = Reflect.get(console, method);
    if (typeof own !== 'function') continue;
    Object.assign(console, {
      [method]: (...parts: unknown[]) => {
        const scope = scopes.getStore();
        if (!scope) return own.apply(console, parts);
        const line = consoleLine(scope.requestId, level, parts, scope.environment);
        if (line !== undefined) scope.log(line);
      },
    });
  }
  return () => Object.assign(console, original);
};

const captureWrites = (stream: NodeJS.WriteStream): (() => void) => {
  const own = stream.write;
  const write = (chunk: string | Uint8Array, ...more: unknown[]): boolean => {
    const scope = scopes.getStore();
    if (!scope) return Reflect.apply(own, stream, [chunk, ...more]);
    scope.write(chunk);
    const done = more.findLast((argument) => typeof argument === 'function');
    if (typeof done === 'function') queueMicrotask(() => done());
    return true;
  };
  Object.assign(stream, { write });
  return () => Object.assign(stream, { write: own });
};

const capture = (): (() => void) => {
  const environment = process.env;
  process.env = scopedEnvironment(environment);
  const undo = [
    captureDate(),
    captureFetch(),
    captureConsole(),
    captureWrites(process.stdout),
    captureWrites(process.stderr),
  ];
  return () => {
    process.env = environment;
    for (const step of undo) step();
  };
};

/** Puts scopes into effect for this process; the returned function takes that back, once nobody needs them. */
export const useScopes = (): (() => void) => {
  if (users === 0) takeBack = capture();
  users += 1;
  return () => {
    users -= 1;
    if (users === 0) takeBack();
  };
};
