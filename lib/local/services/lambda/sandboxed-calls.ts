// Calls of functions whose code is a bundle: their log, their metrics, what they start with.
import type { EngineContext, Service } from '../../service.ts';
import { uuid } from '../../uuid.ts';
import { functionEnvironment } from './function-environment.ts';
import { invocationLog, logsOf } from './function-logs.ts';
import { functionMetrics } from './function-metrics.ts';
import { type FunctionRecord, functionArn, identityOf, LATEST } from './function-record.ts';
import type { EventPayload, FunctionRunner, Outcome } from './runner.ts';

/** What came of an invocation. */
export interface Invoked {
  readonly outcome: Outcome;
  /** The last of its log, in base64. */
  logTail(): string;
}

export interface Invocation {
  readonly record: FunctionRecord;
  readonly payload: EventPayload;
  /** Kept over the retries of an asynchronous event; made up where it is not given. */
  readonly requestId?: string;
}

/** Environment variables that functions get beside their own, by the function's name. */
export type AddedVariables = { readonly [name: string]: { readonly [variable: string]: string } };

const EIGHT_DIGITS = 2 ** 32;

/** `digits` hexadecimal digits, a multiple of eight. */
const hex = (random: () => number, digits: number): string => {
  let text = '';
  while (text.length < digits)
    text += Math.floor(random() * EIGHT_DIGITS)
      .toString(16)
      .padStart(8, '0');
  return text;
};

export interface SandboxedCalls {
  run(invocation: Invocation): Promise<Invoked>;
  /** Counts a call for which there was no room. */
  countThrottle(record: FunctionRecord): void;
}

/** Calls with `runner`; `added` are environment variables of single functions. */
export const sandboxedCalls = (
  context: EngineContext,
  runner: FunctionRunner,
  added: AddedVariables,
): SandboxedCalls => {
  const { clock } = context;
  let logs: { readonly service: Service | undefined } | undefined; // asked for once, when all services are there
  const { count, countThrottle } = functionMetrics(context);
  // One stream a function and engine start, not one a sandbox: local logs are read by people.
  const streams = new Map<string, string>();
  const streamOf = (record: FunctionRecord): string => {
    const id = `${identityOf(record)}/${record.revision}`;
    const known = streams.get(id);
    if (known !== undefined) return known;
    const day = new Date(clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
    const stream = `${day}/[${record.version ?? LATEST}]${hex(context.random, 32)}`;
    streams.set(id, stream);
    return stream;
  };

  const run = async ({ record, payload, requestId = uuid(context.random) }: Invocation): Promise<Invoked> => {
    const logStream = streamOf(record);
    logs ??= { service: logsOf(context) };
    const log = invocationLog(clock, logs.service, record, { logStream, requestId });
    const startedAt = performance.now();
    const outcome = await runner.run({
      record,
      requestId,
      payload,
      functionArn: functionArn(context, identityOf(record)),
      traceId: `Root=1-${hex(context.random, 8)}-${hex(context.random, 24)};Sampled=0`,
      logStream,
      environment: () => functionEnvironment(context, record, logStream, added[record.name]),
      log: log.write,
    });
    // In JSON the report tells it.
    if (outcome.kind === 'failed' && outcome.error.trace === undefined && !record.logging)
      log.write(outcome.error.errorMessage);
    const durationMs = performance.now() - startedAt;
    count(record, outcome, durationMs);
    await log.end(durationMs, outcome);
    return { outcome, logTail: log.tail };
  };

  return { run, countThrottle };
};
