// One Lambda sandbox: a worker thread with the function's bundle, environment and memory limit, one event at a time.
import { Worker } from 'node:worker_threads';
import { realClock } from '../../clock.ts';
import { type FunctionErrorShape, failed, type Outcome, timedOut } from './runner.ts';

export interface SandboxSettings {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly directory: string;
  readonly handlerName: string;
  readonly runtime: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly logGroup: string;
  readonly logStream: string;
  /** Folder where compiled code is kept for the next start. */
  readonly compileCache: string;
  readonly environment: { readonly [name: string]: string };
}

export interface SandboxEvent {
  readonly requestId: string;
  readonly payload: string;
  readonly functionArn: string;
  readonly traceId: string;
}

export interface Sandbox {
  /** Resolves when the handler is loaded, or the sandbox has failed: `invoke` then says how. */
  readonly ready: Promise<void>;
  /** Never rejects. `log` gets each line that the function writes meanwhile. */
  invoke(event: SandboxEvent, log: (message: string) => void): Promise<Outcome>;
  /** False from the moment at which it cannot take another event. */
  isUsable(): boolean;
  stop(): Promise<void>;
}

type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unusable'; readonly error: FunctionErrorShape }
  | { readonly kind: 'log'; readonly message: string }
  | (Outcome & { readonly isFatal?: boolean });

const INIT_MS = 10_000; // AWS gives the init phase ten seconds
const YOUNG_GENERATION_MB = 8; // small, or a dozen sandboxes would keep hundreds of megabytes of garbage
const MIN_HEAP_MB = 32;
const MOST_UNSAID = 1_000; // lines: a function that writes for ever between two events must not take the engine's memory

const exited = (requestId: string, code: number, isOutOfMemory: boolean): Outcome => {
  const cause = isOutOfMemory
    ? 'Runtime exited with error: signal: killed'
    : code === 0
      ? 'Runtime exited without providing a reason'
      : `Runtime exited with error: exit status ${code}`;
  return failed('Runtime.ExitError', `RequestId: ${requestId} Error: ${cause}`);
};

/** Starts a sandbox. Its time is real time: the function's own code runs in it, whatever the engine's clock says. */
export const startSandbox = (settings: SandboxSettings): Sandbox => {
  const clock = realClock();
  const worker = new Worker(new URL('./worker-runtime.mjs', import.meta.url), {
    workerData: settings,
    env: settings.environment,
    execArgv: ['--no-warnings'],
    stdout: true,
    stderr: true,
    resourceLimits: {
      maxOldGenerationSizeMb: Math.max(MIN_HEAP_MB, settings.memoryMb),
      maxYoungGenerationSizeMb: YOUNG_GENERATION_MB,
    },
  });
  let isUsable = true;
  let isOutOfMemory = false;
  let unusable: FunctionErrorShape | undefined;
  let exitCode: number | undefined;
  // What it writes while it starts or between two events is told with the next one.
  let unsaid: string[] = [];
  const keep = (message: string): void => {
    if (unsaid.length < MOST_UNSAID) unsaid.push(message);
  };
  let log = keep;
  let settle: ((outcome: Outcome) => void) | undefined;
  let requestId = '';
  const ready = Promise.withResolvers<void>();
  const cancelInit = clock.after(Math.max(INIT_MS, settings.timeoutMs), () => void stop());

  const finish = (outcome: Outcome): void => {
    settle?.(outcome);
    settle = undefined;
  };
  const stop = async (): Promise<void> => {
    isUsable = false;
    cancelInit();
    await worker.terminate();
  };

  worker.on('message', (report: Report) => {
    if (report.kind === 'log') log(report.message);
    else if (report.kind === 'ready' || report.kind === 'unusable') {
      cancelInit();
      if (report.kind === 'unusable') unusable = report.error;
      ready.resolve();
    } else {
      if (report.isFatal === true) isUsable = false;
      finish(report.kind === 'done' ? report : { kind: 'failed', error: report.error });
    }
  });
  worker.on('error', (error: Error) => {
    isUsable = false;
    isOutOfMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    if (!isOutOfMemory) finish({ kind: 'failed', error: { errorType: error.name, errorMessage: error.message } });
  });
  worker.on('exit', (code) => {
    isUsable = false;
    exitCode = code;
    cancelInit();
    ready.resolve();
    finish(exited(requestId, code, isOutOfMemory));
  });
  worker.unref();

  const invoke: Sandbox['invoke'] = async (event, writeLog) => {
    unsaid.forEach(writeLog);
    unsaid = [];
    log = writeLog;
    requestId = event.requestId;
    await ready.promise;
    if (unusable !== undefined) {
      await stop();
      return { kind: 'failed', error: unusable };
    }
    if (exitCode !== undefined) return exited(requestId, exitCode, isOutOfMemory);
    const outcome = Promise.withResolvers<Outcome>();
    settle = outcome.resolve;
    const cancelTimeout = clock.after(settings.timeoutMs, () => {
      finish(timedOut(event.requestId, settings.timeoutMs));
      void stop();
    });
    const { payload, functionArn, traceId } = event;
    const deadlineMs = clock.now() + settings.timeoutMs;
    worker.postMessage({ requestId: event.requestId, payload, functionArn, traceId, deadlineMs });
    try {
      return await outcome.promise;
    } finally {
      cancelTimeout();
      log = keep;
    }
  };

  return {
    ready: ready.promise,
    invoke,
    isUsable: () => isUsable,
    stop,
  };
};
