// What runs inside a worker thread: Lambda's Node.js runtime in small. It loads the handler once and calls it for one
// event after another, as the runtime interface client of AWS does.
// JavaScript, the one file that is: stripping types in every thread would cost each 30 ms and 12 MB (measured).
import { existsSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format, types } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * @typedef {{ requestId: string, payload: string, deadlineMs: number, functionArn: string, traceId: string }} Invocation
 * @typedef {{ errorType: string, errorMessage: string, trace: readonly string[] }} ErrorShape
 * @typedef {(event: unknown, context: object) => unknown} Handler
 */

const MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100; // AWS's own allowance above 6 MB
const { directory, handlerName, functionName, memoryMb, logGroup, logStream, compileCache } = workerData;

/** @type {Invocation | undefined} */
let current;

/** @param {object} message */
const post = (message) => parentPort?.postMessage(message);

/** @param {unknown} value @returns {value is Error} */
const isErrorLike = (value) =>
  types.isNativeError(value) ||
  (typeof value === 'object' && value !== null && 'name' in value && 'message' in value && 'stack' in value);

/** @param {unknown} error @returns {ErrorShape} */
const errorShape = (error) =>
  isErrorLike(error)
    ? { errorType: String(error.name), errorMessage: String(error.message), trace: traceOf(error) }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };

// Frames of this file and of Node's message loop say nothing about the function.
/** @param {Error} error */
const traceOf = (error) =>
  String(error.stack ?? '')
    .split('\n')
    .filter((line) => !line.includes(import.meta.url) && !line.includes('node:internal/'));

/** @param {string} errorType @param {string} errorMessage @returns {ErrorShape} */
const named = (errorType, errorMessage) => ({ errorType, errorMessage, trace: [] });

// Console output carries time, request and level, as Lambda's text format does; raw writes (EMF, loggers) go as they are.
/** @param {string} level @param {readonly unknown[]} parts */
const logLine = (level, parts) => {
  const id = current?.requestId ?? 'undefined';
  post({ kind: 'log', message: `${new Date().toISOString()}\t${id}\t${level}\t${format(...parts)}` });
};

const captureConsole = () => {
  const levels = { log: 'INFO', info: 'INFO', debug: 'DEBUG', trace: 'TRACE', warn: 'WARN', error: 'ERROR' };
  for (const [method, level] of Object.entries(levels)) {
    Object.assign(console, { [method]: (/** @type {unknown[]} */ ...parts) => logLine(level, parts) });
  }
};

/** @param {NodeJS.WriteStream} stream */
const captureWrites = (stream) => {
  let rest = '';
  /** @param {string | Uint8Array} chunk @param {unknown} [encodingOrDone] @param {unknown} [done] */
  const write = (chunk, encodingOrDone, done) => {
    const text = rest + (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    const lines = text.split('\n');
    rest = lines.pop() ?? '';
    for (const message of lines) if (message !== '') post({ kind: 'log', message });
    const callback = typeof encodingOrDone === 'function' ? encodingOrDone : done;
    if (typeof callback === 'function') queueMicrotask(() => callback());
    return true;
  };
  Object.assign(stream, { write });
};

/** @param {string} name */
const moduleFile = (name) =>
  ['mjs', 'js', 'cjs'].map((ending) => join(directory, `${name}.${ending}`)).find((file) => existsSync(file));

/** @param {unknown} error @returns {ErrorShape} */
const importError = (error) => {
  const shape = errorShape(error);
  if (error instanceof SyntaxError) return { ...shape, errorType: 'Runtime.UserCodeSyntaxError' };
  const isMissing = isErrorLike(error) && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
  return isMissing ? { ...shape, errorType: 'Runtime.ImportModuleError' } : shape;
};

/** @returns {Promise<Handler | ErrorShape>} */
const loadHandler = async () => {
  const dot = handlerName.lastIndexOf('.');
  const [moduleName, exportName] = [handlerName.slice(0, dot), handlerName.slice(dot + 1)];
  const file = moduleFile(moduleName);
  if (file === undefined)
    return named('Runtime.ImportModuleError', `Error: Cannot find module '${moduleName}' in ${directory}`);
  try {
    const loaded = await import(pathToFileURL(file).href);
    const handler = loaded[exportName] ?? loaded.default?.[exportName];
    if (typeof handler !== 'function')
      return named('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`);
    if (handler.length < 3) return handler;
    const message = 'callback-based handlers are not supported by Node.js 24 and later: return a promise instead';
    return named('Runtime.CallbackHandlerDeprecated', `ERROR: ${message}`);
  } catch (error) {
    return importError(error);
  }
};

/** @param {Invocation} invocation */
const contextOf = ({ requestId, deadlineMs, functionArn }) => ({
  awsRequestId: requestId,
  callbackWaitsForEmptyEventLoop: true,
  functionName,
  functionVersion: '$LATEST',
  getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  invokedFunctionArn: functionArn,
  logGroupName: logGroup,
  logStreamName: logStream,
  memoryLimitInMB: String(memoryMb),
});

/** @param {ErrorShape} error @param {boolean} [isFatal] the thread ends with this error */
const fail = (error, isFatal = false) => {
  const { errorType, errorMessage, trace: stack } = error;
  logLine('ERROR', [`Invoke Error \t${JSON.stringify({ errorType, errorMessage, stack })}`]);
  post({ kind: 'failed', error, isFatal });
};

/** @param {unknown} value */
const reply = (value) => {
  const payload = JSON.stringify(value) ?? 'null';
  const limit = `exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
  if (Buffer.byteLength(payload) <= MAX_RESPONSE_BYTES) post({ kind: 'done', payload });
  else fail(named('Function.ResponseSizeTooLarge', `Response payload size ${limit}`));
};

/** @param {Handler} handler @param {Invocation} invocation */
const invoke = async (handler, invocation) => {
  current = invocation;
  process.env._X_AMZN_TRACE_ID = invocation.traceId;
  try {
    reply(await handler(JSON.parse(invocation.payload), contextOf(invocation)));
  } catch (error) {
    fail(errorShape(error));
  }
};

// A rejection or exception that nothing catches ends the sandbox, as it ends the runtime on AWS.
const endOnStrays = () => {
  process.on('uncaughtException', (error) => {
    fail(errorShape(error), true);
    process.exit(129);
  });
  process.on('unhandledRejection', (reason) => {
    const shape = { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: String(reason) };
    fail({ ...errorShape(reason), ...shape }, true);
    process.exit(128);
  });
};

captureConsole();
captureWrites(process.stdout);
captureWrites(process.stderr);
endOnStrays();
enableCompileCache(compileCache); // a bundle with an AWS SDK loads a fifth faster the second time
const handler = await loadHandler();
flushCompileCache();
if (typeof handler === 'function') {
  parentPort?.on('message', (invocation) => void invoke(handler, invocation));
  post({ kind: 'ready' });
} else post({ kind: 'unusable', error: handler });
