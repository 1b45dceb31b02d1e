// What runs inside a worker thread: Lambda's Node.js runtime in small. It loads the handler once and calls it for one
// event after another.
import { enableCompileCache, flushCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import {
  answerOf,
  consoleLevels,
  consoleLine,
  contextOf,
  errorLine,
  errorShape,
  lineSplitter,
  loadHandler,
} from './function-runtime.mjs';

/**
 * @typedef {{ requestId: string, payload: string, deadlineMs: number, functionArn: string, traceId: string }} Invocation
 * @typedef {import('./function-runtime.mjs').RuntimeError} RuntimeError
 * @typedef {import('./function-runtime.mjs').Handler} Handler
 */

/** @type {Invocation | undefined} */
let current;

/** @param {object} message */
const post = (message) => parentPort?.postMessage(message);

/** @param {string} message */
const log = (message) => post({ kind: 'log', message });

/** @param {string | undefined} line undefined where its level is not wanted */
const say = (line) => line !== undefined && log(line);

// Console output carries time, request and level; raw writes go as they are.
/** @param {string} level @param {readonly unknown[]} parts */
const logLine = (level, parts) => say(consoleLine(current?.requestId, level, parts, workerData.environment));

const captureConsole = () => {
  for (const [method, level] of Object.entries(consoleLevels)) {
    Object.assign(console, { [method]: (/** @type {unknown[]} */ ...parts) => logLine(level, parts) });
  }
};

/** @param {NodeJS.WriteStream} stream */
const captureWrites = (stream) => {
  const lines = lineSplitter(log);
  /** @param {string | Uint8Array} chunk @param {unknown} [encodingOrDone] @param {unknown} [done] */
  const write = (chunk, encodingOrDone, done) => {
    lines.write(chunk);
    const callback = typeof encodingOrDone === 'function' ? encodingOrDone : done;
    if (typeof callback === 'function') queueMicrotask(() => callback());
    return true;
  };
  Object.assign(stream, { write });
  return lines.flush;
};

captureConsole();
const flushes = [captureWrites(process.stdout), captureWrites(process.stderr)];
const flush = () => {
  for (const flushOne of flushes) flushOne();
};

/** @param {RuntimeError} error @param {boolean} [isFatal] the thread ends with this error */
const fail = (error, isFatal = false) => {
  flush();
  say(errorLine(current?.requestId, error, workerData.environment));
  post({ kind: 'failed', error, isFatal });
};

/** @param {Handler} handler @param {Invocation} invocation */
const invoke = async (handler, invocation) => {
  current = invocation;
  process.env._X_AMZN_TRACE_ID = invocation.traceId;
  try {
    const answer = answerOf(await handler(JSON.parse(invocation.payload), contextOf(workerData, invocation)));
    if (typeof answer !== 'string') return fail(answer);
    flush();
    post({ kind: 'done', payload: answer });
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

// A signal to its own process would end the engine: it ends the sandbox alone, as a shell would tell of it.
const keepSignals = () => {
  const kill = process.kill.bind(process);
  process.kill = (pid, signal = 'SIGTERM') => {
    if (pid !== process.pid || signal === 0) return kill(pid, signal);
    const { signals } = process.getBuiltinModule('node:os').constants;
    process.exit(128 + (typeof signal === 'number' ? signal : (signals[signal] ?? 0)));
  };
};

endOnStrays();
keepSignals();
enableCompileCache(workerData.compileCache); // a bundle with an AWS SDK loads a fifth faster the second time
const handler = await loadHandler(workerData);
flushCompileCache();
if (typeof handler === 'function') {
  parentPort?.on('message', (invocation) => void invoke(handler, invocation));
  post({ kind: 'ready' });
} else {
  flush();
  say(errorLine(undefined, handler, workerData.environment));
  post({ kind: 'unusable', error: handler });
}
