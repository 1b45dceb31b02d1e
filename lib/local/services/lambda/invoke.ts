// One invocation of a function: its sandbox, its log, its answer in the shapes of the Invoke API.
import { join } from 'node:path';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { uuid } from '../../uuid.ts';
import { functionEnvironment } from './function-environment.ts';
import { invocationLog, logsOf } from './function-logs.ts';
import { type FunctionRecord, functionArn } from './function-record.ts';
import { type Outcome, type Sandbox, startSandbox } from './sandbox.ts';
import type { SandboxPool } from './sandbox-pool.ts';

const MAX_SYNC_BYTES = 6 * 1024 * 1024;
const MAX_ASYNC_BYTES = 1024 * 1024;

/** What came of an invocation, and the last of its log in base64. */
export interface Invoked {
  readonly outcome: Outcome;
  readonly logTail: string;
}

export interface Invocation {
  readonly record: FunctionRecord;
  readonly payload: string;
  /** Kept over the retries of an asynchronous event. */
  readonly requestId: string;
}

export type Invoker = (invocation: Invocation) => Promise<Invoked>;

/** The event in `Payload`: JSON text, its bytes, or a JSON value. Throws where it is not JSON or too large. */
export const payloadOf = (input: Shape, isAsync: boolean): string => {
  const { Payload: payload } = input;
  const text = payload instanceof Uint8Array ? Buffer.from(payload).toString() : payload;
  const json = text === undefined || text === '' ? '{}' : typeof text === 'string' ? text : JSON.stringify(text);
  const limit = isAsync ? MAX_ASYNC_BYTES : MAX_SYNC_BYTES;
  const size = Buffer.byteLength(json);
  if (size > limit) {
    const message = `Request must be smaller than ${limit} bytes for the InvokeFunction operation`;
    throw new AwsError('RequestTooLargeException', message, 413, { Type: 'User' });
  }
  try {
    JSON.parse(json);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `Could not parse request body into json: ${why}`;
    throw new AwsError('InvalidRequestContentException', message, 400, { Type: 'User' });
  }
  return json;
};

const hex = (random: () => number, digits: number): string => uuid(random).replaceAll('-', '').slice(0, digits);

/** Runs functions in the sandboxes of `pool`, with the engine's clock held meanwhile. */
export const invoker = (context: EngineContext, pool: SandboxPool): Invoker => {
  const { clock } = context;
  // One stream a function and engine start, not one a sandbox: local logs are read by people.
  const streams = new Map<string, string>();
  const streamOf = ({ name, revision }: FunctionRecord): string => {
    const id = `${name}/${revision}`;
    const day = new Date(clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
    const stream = streams.get(id) ?? `${day}/[$LATEST]${hex(context.random, 32)}`;
    streams.set(id, stream);
    return stream;
  };

  const start = (record: FunctionRecord, logStream: string): Sandbox =>
    startSandbox({
      functionName: record.name,
      directory: record.directory,
      compileCache: join(context.stateDir, 'compiled'),
      handlerName: record.handler,
      memoryMb: record.memoryMb,
      timeoutMs: record.timeoutSeconds * 1000,
      logGroup: record.logGroup,
      logStream,
      environment: functionEnvironment(context, record, logStream),
    });

  return async ({ record, payload, requestId }) => {
    const release = clock.hold();
    try {
      const logStream = streamOf(record);
      const log = invocationLog(clock, logsOf(context), record, { logStream, requestId });
      const startedAt = performance.now();
      const traceId = `Root=1-${hex(context.random, 8)}-${hex(context.random, 24)};Sampled=0`;
      const outcome = await pool.run({
        of: record,
        event: { requestId, payload, functionArn: functionArn(context, record.name), traceId },
        log: log.write,
        start: () => start(record, logStream),
      });
      if (outcome.kind === 'failed' && outcome.error.trace === undefined) log.write(outcome.error.errorMessage);
      return { outcome, logTail: await log.end(performance.now() - startedAt) };
    } finally {
      release();
    }
  };
};

/** The payload that the caller gets: the result, or the error as JSON. */
export const answerPayload = (outcome: Outcome): string =>
  outcome.kind === 'done' ? outcome.payload : JSON.stringify(outcome.error);
