// The log of one invocation: AWS's own lines around what the function writes, sent to CloudWatch Logs at the end.
import type { Clock } from '../../clock.ts';
import { type EngineContext, type Service, type Shape, serviceIfRun } from '../../service.ts';
import { type FunctionRecord, LATEST } from './function-record.ts';
import type { Outcome } from './runner.ts';

const TAIL_BYTES = 4096;
const FLUSH_LINES = 500;

export interface InvocationLog {
  write(message: string): void;
  /** Writes END and REPORT and sends what is left. */
  end(durationMs: number, outcome: Outcome): Promise<void>;
  /** The last 4 KB, in base64. */
  tail(): string;
}

interface LogEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** Where the lines go: CloudWatch Logs, or nowhere in an engine that does not run it. */
export const logsOf = (context: EngineContext): Service | undefined => serviceIfRun(context, 'cloudwatchlogs');

const statusOf = (outcome: Outcome): Shape => {
  if (outcome.kind === 'done') return { status: 'success' };
  const { errorType } = outcome.error;
  return errorType === 'Sandbox.Timedout' ? { status: 'timeout' } : { status: 'error', errorType };
};

/** Starts the log of one invocation. */
export const invocationLog = (
  clock: Clock,
  logs: Service | undefined,
  record: FunctionRecord,
  place: { readonly logStream: string; readonly requestId: string },
): InvocationLog => {
  const { logStream, requestId } = place;
  let pending: LogEvent[] = [];
  let tail = '';
  let sent: Promise<unknown> = Promise.resolve();

  const flush = (): void => {
    const logEvents = pending;
    pending = [];
    if (logs === undefined || logEvents.length === 0) return;
    const input = { logGroupName: record.logGroup, logStreamName: logStream, logEvents };
    sent = sent.then(() => logs.call('WriteLogLines', input));
  };
  const write = (message: string): void => {
    pending.push({ timestamp: clock.now(), message });
    tail = `${tail}${message}\n`.slice(-TAIL_BYTES);
    if (pending.length >= FLUSH_LINES) flush();
  };

  const { logging } = record;
  /** https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html */
  const platform = (type: string, facts: Shape): void => {
    if (logging?.systemLevel === 'WARN') return;
    write(JSON.stringify({ time: new Date(clock.now()).toISOString(), type, record: { requestId, ...facts } }));
  };
  const writeEnd = (durationMs: number, outcome: Outcome): void => {
    const billed = Math.ceil(durationMs);
    if (logging) {
      const metrics = {
        durationMs: Number(durationMs.toFixed(3)),
        billedDurationMs: billed,
        memorySizeMB: record.memoryMb,
      };
      platform('platform.report', { metrics, ...statusOf(outcome) });
      return;
    }
    write(`END RequestId: ${requestId}`);
    const duration = `Duration: ${durationMs.toFixed(2)} ms\tBilled Duration: ${billed} ms`;
    write(`REPORT RequestId: ${requestId}\t${duration}\tMemory Size: ${record.memoryMb} MB\t`);
  };

  const version = record.version ?? LATEST;
  if (logging) platform('platform.start', { version });
  else write(`START RequestId: ${requestId} Version: ${version}`);
  return {
    write,
    end: async (durationMs, outcome) => {
      writeEnd(durationMs, outcome);
      flush();
      try {
        await sent;
      } catch (error) {
        // The invocation is done whatever becomes of its log; a warning is where a person can see it.
        process.emitWarning(`the log of ${record.name} was not kept: ${String(error)}`);
      }
    },
    tail: () => Buffer.from(tail).toString('base64'),
  };
};
