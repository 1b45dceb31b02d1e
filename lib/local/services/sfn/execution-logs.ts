// What a machine's logging configuration asks for: the events of its executions as lines in CloudWatch Logs.
// https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
import { AwsError, type EngineContext, type Service, type Shape, serviceIfRun } from '../../service.ts';
import type { LogSink } from '../../states/history/journal.ts';
import { type EventRecord, isEvent, toHistoryEvent } from '../../states/history/record.ts';
import type { Host } from '../../states/machine/execution.ts';
import type { Machines } from './machines.ts';

/** Whose events they are. A child of a Map Run is logged with its parent's machine. */
export interface Logged {
  readonly arn: string;
  readonly machineArn: string;
  readonly revision: string;
  readonly redriveCount: number;
}

interface Logging {
  readonly group: string;
  readonly includeData: boolean;
  logs(type: string): boolean;
}

const FATAL = new Set(['ExecutionAborted', 'ExecutionFailed', 'ExecutionTimedOut']);
const ERROR = /(Failed|TimedOut|Aborted)$|^FailStateEntered$/;

// https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-log-level
const LEVELS: Readonly<Record<string, (type: string) => boolean>> = {
  ALL: () => true,
  ERROR: (type) => ERROR.test(type),
  FATAL: (type) => FATAL.has(type),
};

const destinationsOf = (configuration: Shape): string[] => {
  const destinations = Array.isArray(configuration.destinations)
    ? (configuration.destinations as readonly Shape[])
    : [];
  return destinations.map(({ cloudWatchLogsLogGroup }) => {
    const { logGroupArn } = (cloudWatchLogsLogGroup ?? {}) as Shape;
    return String(logGroupArn);
  });
};

/** The name of the log group, before what may follow it. */
const GROUP = /^arn:[^:]+:logs:[^:]*:[^:]*:log-group:([^:*]+)(:\*)?$/;

const loggingOf = (settings: Shape): Logging | undefined => {
  const configuration = (settings.loggingConfiguration ?? {}) as Shape;
  const group = GROUP.exec(destinationsOf(configuration)[0] ?? '')?.[1];
  const logs = LEVELS[String(configuration.level ?? 'OFF')];
  if (!logs || !group) return undefined;
  return { group, includeData: configuration.includeExecutionData === true, logs };
};

const refused = (why: string) => new AwsError('InvalidLoggingConfiguration', `Invalid Logging Configuration: ${why}`);

/** Throws InvalidLoggingConfiguration. Whether the log group is there is seen later: `ExecutionLogs.checkDestination`. */
export const checkLogging = (settings: Shape): void => {
  const configuration = (settings.loggingConfiguration ?? {}) as Shape;
  const level = String(configuration.level ?? 'OFF');
  if (level === 'OFF') return;
  const destinations = destinationsOf(configuration);
  if (destinations.length !== 1) throw refused('Must specify exactly one Log Destination.');
  const [, group, qualifier] = GROUP.exec(destinations[0] ?? '') ?? [];
  if (group === undefined) throw refused('Invalid log destination.');
  if (qualifier === undefined) throw refused("Log Group ARN must be provided with '*' qualifier.");
};

const line = (event: EventRecord, { arn, redriveCount }: Logged, includeData: boolean): string => {
  const {
    timestamp: _timestamp,
    type,
    id: _id,
    previousEventId: _previous,
    ...about
  } = toHistoryEvent(event, includeData);
  const [details] = Object.values(about);
  return JSON.stringify({
    id: String(event.id),
    type,
    ...(details !== undefined && { details }),
    previous_event_id: String(event.previous),
    event_timestamp: String(event.at),
    execution_arn: arn,
    redrive_count: String(redriveCount),
  });
};

/** The logs of all executions. Lines of the last turn of the event loop may be lost in a crash; the history never is. */
export class ExecutionLogs {
  readonly #context: EngineContext;
  readonly #machines: Machines;
  readonly #loggings = new WeakMap<Shape, Logging | undefined>();
  readonly #streams = new Map<string, string>();
  #pending = new Map<string, { readonly group: string; readonly stream: string; readonly events: Shape[] }>();
  #immediate: NodeJS.Immediate | undefined;

  constructor(context: EngineContext, machines: Machines) {
    this.#context = context;
    this.#machines = machines;
  }

  /** `host`, with what its executions record going to their log too. */
  host(host: Host, of: Logged): Host {
    const label = of.machineArn.indexOf('/');
    const machineArn = label < 0 ? of.machineArn : of.machineArn.slice(0, label);
    const logging = this.#loggingOf(machineArn, of.revision);
    return logging && this.#service() ? { ...host, journal: this.#tee(host.journal, machineArn, logging, of) } : host;
  }

  /** Throws InvalidLoggingConfiguration where the log group is missing. An engine without CloudWatch Logs takes any. */
  checkDestination(settings: Shape): Promise<void> | undefined {
    const logging = loggingOf(settings);
    const service = logging && this.#service();
    // Any question of a group tells; this one reads a line at most.
    return service?.call('FilterLogEvents', { logGroupName: logging?.group, limit: 1 }).then(
      () => undefined,
      (thrown: unknown) => {
        const isMissing = thrown instanceof AwsError && thrown.code === 'ResourceNotFoundException';
        throw isMissing ? refused('Log Destination not found.') : thrown;
      },
    );
  }

  close(): void {
    this.#flush();
  }

  #tee(inner: LogSink, machineArn: string, logging: Logging, of: Logged): LogSink {
    return {
      commit: (alone) => inner.commit(alone),
      append: (log, record) => {
        inner.append(log, record);
        if (isEvent(record) && logging.logs(record.type)) this.#add(machineArn, logging, record, of);
      },
    };
  }

  /** Worked out once for the settings of a machine: there is a question an execution. */
  #loggingOf(machineArn: string, revision: string): Logging | undefined {
    const machine = this.#machines.find(machineArn);
    if (machine === undefined) return undefined;
    const settings = this.#machines.settingsOf(machine, revision);
    if (!this.#loggings.has(settings)) this.#loggings.set(settings, loggingOf(settings));
    return this.#loggings.get(settings);
  }

  #add(machineArn: string, { group, includeData }: Logging, event: EventRecord, of: Logged): void {
    const stream = this.#stream(machineArn);
    const key = `${group}\n${stream}`;
    const pending = this.#pending.get(key) ?? { group, stream, events: [] };
    this.#pending.set(key, pending);
    pending.events.push({ timestamp: event.at, message: line(event, of, includeData) });
    this.#immediate ??= setImmediate(() => this.#flush());
  }

  /** One a machine and engine start, named as AWS does. */
  #stream(machineArn: string): string {
    const known = this.#streams.get(machineArn);
    if (known !== undefined) return known;
    const minute = new Date(this.#context.clock.now()).toISOString().slice(0, 16).replace(/[T:]/g, '-');
    const digits = Math.floor(this.#context.random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
    const stream = `states/${machineArn.split(':').at(-1)}/${minute}/${digits}`;
    this.#streams.set(machineArn, stream);
    return stream;
  }

  #flush(): void {
    if (this.#immediate !== undefined) clearImmediate(this.#immediate);
    this.#immediate = undefined;
    const pending = this.#pending;
    this.#pending = new Map();
    for (const { group, stream, events } of pending.values()) {
      const input = { logGroupName: group, logStreamName: stream, logEvents: events };
      this.#service()
        ?.call('WriteLogLines', input)
        .catch((thrown: unknown) => {
          // The execution goes on whatever becomes of its log; a warning is where a person can see it.
          process.emitWarning(`the log of executions in ${group} was not kept: ${String(thrown)}`);
        });
    }
  }

  #service(): Service | undefined {
    return serviceIfRun(this.#context, 'cloudwatchlogs');
  }
}
