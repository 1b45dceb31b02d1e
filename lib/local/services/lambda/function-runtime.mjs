// What a function's code meets in a worker thread and in the engine's own process alike: how its module is found, what its
// context says, how its errors are told. As the runtime interface client of AWS does it.
// JavaScript, like worker-runtime.mjs: stripping types in every thread would cost each 30 ms and 12 MB (measured).
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isNativeError } from 'node:util/types';
import { commonJsOf } from './outer-package.mjs';

// Without the ES modules around them, which take 5 ms to make (../../late-modules.ts).
const { existsSync } = process.getBuiltinModule('node:fs');
const { format } = process.getBuiltinModule('node:util');

/**
 * @typedef {{ errorType: string, errorMessage: string, trace: readonly string[] }} ErrorShape
 * @typedef {(event: unknown, context: object) => unknown} Handler
 */

const MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100; // AWS's own allowance above 6 MB

/** The methods of `console` and the level that Lambda's text format gives each. */
export const consoleLevels = {
  log: 'INFO',
  info: 'INFO',
  debug: 'DEBUG',
  trace: 'TRACE',
  warn: 'WARN',
  error: 'ERROR',
};

/** @param {unknown} value @returns {value is Error} */
const isErrorLike = (value) =>
  isNativeError(value) ||
  (typeof value === 'object' && value !== null && 'name' in value && 'message' in value && 'stack' in value);

const HERE = new URL('.', import.meta.url).href;

// Frames of the runtime and of Node's message loop say nothing about the function.
/** @param {Error} error */
const traceOf = (error) =>
  String(error.stack ?? '')
    .split('\n')
    .filter((line) => !line.includes(HERE) && !line.includes('node:internal/'));

/** @param {unknown} error @returns {ErrorShape} */
export const errorShape = (error) =>
  isErrorLike(error)
    ? { errorType: String(error.name), errorMessage: String(error.message), trace: traceOf(error) }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };

/** @param {string} errorType @param {string} errorMessage @returns {ErrorShape} */
const named = (errorType, errorMessage) => ({ errorType, errorMessage, trace: [] });

/** What the environment says of the log. @typedef {{ readonly [name: string]: string | undefined }} Environment */

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

/** An error as a line of JSON tells it. @param {any} error */
const toldError = (error) => ({
  errorType: error.constructor?.name ?? 'UnknownError',
  errorMessage: error.message,
  stackTrace: typeof error.stack === 'string' ? error.stack.split('\n') : [],
});

/** @param {object} facts @param {readonly unknown[]} parts */
const jsonLine = (facts, parts) => {
  const [only] = parts;
  const isError = (/** @type {unknown} */ part) => isNativeError(part);
  if (parts.length === 1) {
    try {
      return JSON.stringify({ ...facts, message: only }, (_key, value) =>
        isError(value) ? { ...toldError(value), ...value } : value,
      );
    } catch {
      return JSON.stringify({ ...facts, message: format(only) }); // what JSON cannot hold, as AWS tells it
    }
  }
  const error = parts.find(isError);
  return JSON.stringify({ ...facts, message: format(...parts), ...(error !== undefined && toldError(error)) });
};

/**
 * A line of the console with time, request and level, in Lambda's text or JSON format; undefined where the level is not wanted.
 * @param {string | undefined} requestId @param {string} level @param {readonly unknown[]} parts @param {Environment} environment
 */
export const consoleLine = (requestId, level, parts, environment) => {
  const timestamp = new Date().toISOString();
  if (environment.AWS_LAMBDA_LOG_FORMAT !== 'JSON') return `${timestamp}\t${requestId}\t${level}\t${format(...parts)}`;
  if (LEVELS.indexOf(level) < LEVELS.indexOf(environment.AWS_LAMBDA_LOG_LEVEL ?? 'INFO')) return undefined;
  return jsonLine({ timestamp, level, requestId }, parts);
};

/**
 * Splits raw writes (EMF, loggers) into lines. What has no end of line yet waits for the rest, until `flush`.
 * @param {(message: string) => void} log
 */
export const lineSplitter = (log) => {
  let rest = '';
  /** @param {string | Uint8Array} chunk */
  const write = (chunk) => {
    const text = rest + (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    const lines = text.split('\n');
    rest = lines.pop() ?? '';
    for (const message of lines) if (message !== '') log(message);
  };
  return { write, flush: () => rest !== '' && write('\n') };
};

/** @param {unknown} error @returns {ErrorShape} */
const importError = (error) => {
  const shape = errorShape(error);
  if (error instanceof SyntaxError) return { ...shape, errorType: 'Runtime.UserCodeSyntaxError' };
  const isMissing = isErrorLike(error) && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
  return isMissing ? { ...shape, errorType: 'Runtime.ImportModuleError' } : shape;
};

const LAST_WITH_CALLBACKS = 22;

/** @param {string} runtime `nodejs22.x` */
const takesCallbacks = (runtime) => Number(/^nodejs(\d+)/.exec(runtime)?.[1]) <= LAST_WITH_CALLBACKS;

/**
 * What a handler tells its callback, unless it returns a promise. One that does neither is waited for until it times out, where AWS
 * answers null as soon as nothing is left to be done.
 * @param {(event: unknown, context: object, callback: (error: unknown, answer: unknown) => void) => unknown} handler
 * @returns {Handler}
 */
const withCallback = (handler) => (event, context) =>
  new Promise((resolve, reject) => {
    const returned = handler(event, context, (error, answer) =>
      error === undefined || error === null ? resolve(answer) : reject(error),
    );
    if (typeof returned === 'object' && returned !== null && 'then' in returned) resolve(returned);
  });

/** @param {any} exported @param {string} path @returns {unknown} */
const at = (exported, path) => path.split('.').reduce((value, name) => value?.[name], exported);

/**
 * Imports `handlerName` (`index.handler`) from `directory`. `instance` tells instances of one module apart.
 * @param {{ directory: string, handlerName: string, runtime: string, instance?: string }} where
 * @returns {Promise<Handler | ErrorShape>}
 */
export const loadHandler = async ({ directory, handlerName, runtime, instance = '' }) => {
  // `src/index.api.handler`: up to the first dot of the last part the module, then a path in what it exports.
  const [, moduleName, exportPath] = /^((?:.*\/)?[^./]*)\.([^/]*)$/.exec(handlerName) ?? ['', handlerName, ''];
  const file = ['js', 'mjs', 'cjs']
    .map((ending) => join(directory, `${moduleName}.${ending}`))
    .find((path) => existsSync(path));
  if (file === undefined)
    return named('Runtime.ImportModuleError', `Error: Cannot find module '${moduleName}' in ${directory}`);
  try {
    const loaded = commonJsOf(file, directory) ?? (await import(pathToFileURL(file).href + instance));
    const handler = at(loaded, exportPath) ?? at(loaded.default, exportPath);
    if (typeof handler !== 'function')
      return named('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`);
    if (handler.length < 3) return handler;
    if (takesCallbacks(runtime)) return withCallback(handler);
    const message = 'callback-based handlers are not supported by Node.js 24 and later: return a promise instead';
    return named('Runtime.CallbackHandlerDeprecated', `ERROR: ${message}`);
  } catch (error) {
    return importError(error);
  }
};

/**
 * The handler's second argument.
 * @param {{ functionName: string, functionVersion: string, memoryMb: number, logGroup: string, logStream: string }} settings
 * @param {{ requestId: string, deadlineMs: number, functionArn: string }} invocation
 */
export const contextOf = (
  { functionName, functionVersion, memoryMb, logGroup, logStream },
  { requestId, deadlineMs, functionArn },
) => ({
  awsRequestId: requestId,
  callbackWaitsForEmptyEventLoop: true,
  functionName,
  functionVersion,
  getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  invokedFunctionArn: functionArn,
  logGroupName: logGroup,
  logStreamName: logStream,
  memoryLimitInMB: String(memoryMb),
});

/**
 * What the handler returned, as JSON, or why it is no answer.
 * @param {unknown} value @returns {string | ErrorShape}
 */
export const answerOf = (value) => {
  const payload = JSON.stringify(value) ?? 'null';
  // A character takes three bytes at most: mostly the length alone tells.
  if (payload.length * 3 <= MAX_RESPONSE_BYTES || Buffer.byteLength(payload) <= MAX_RESPONSE_BYTES) return payload;
  const limit = `exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
  return named('Function.ResponseSizeTooLarge', `Response payload size ${limit}`);
};

/**
 * The line that Lambda writes about an error of an event, or of the start, which has no request.
 * @param {string | undefined} requestId @param {ErrorShape} error @param {Environment} environment
 */
export const errorLine = (requestId, { errorType, errorMessage, trace: stack }, environment) => {
  const what = requestId === undefined ? 'Uncaught Exception' : 'Invoke Error';
  const isJson = environment.AWS_LAMBDA_LOG_FORMAT === 'JSON';
  const told = isJson
    ? { errorType, errorMessage, stackTrace: stack }
    : `${what} \t${JSON.stringify({ errorType, errorMessage, stack })}`;
  return consoleLine(requestId, 'ERROR', [told], environment);
};
