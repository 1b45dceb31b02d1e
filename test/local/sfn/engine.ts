// An engine of Step Functions alone, with Lambda functions that are plain functions of the test.
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../../lib/local/clock.ts';
import {
  AwsError,
  type BusEvent,
  type EngineContext,
  type Service,
  type ServiceId,
  type Shape,
} from '../../../lib/local/service.ts';
import { sfnService } from '../../../lib/local/services/sfn/index.ts';
import { virtualClock } from '../../../lib/local/virtual-clock.ts';

/** A function of the test. A thrown Error is the function's error, named by its `name`. */
export type Handler = (event: unknown) => unknown;

/** A function that never answers, while time passes. */
export const hang: Handler = () => undefined;

export interface EngineOptions {
  readonly functions?: Readonly<Record<string, Handler>>;
  /** Milliseconds that a call of a function takes before it answers. @default none */
  readonly takes?: (name: string) => number;
  /** Further services of the engine. */
  readonly services?: (context: EngineContext) => readonly Service[];
  readonly stateDir?: string;
  readonly database?: string;
  /** Of all chance. Engines on one database, one after the other, want different ones. @default 7 */
  readonly seed?: number;
  readonly clock?: Clock;
  /** Whether what was left is carried on with; else only what is asked for is done. @default true */
  readonly work?: boolean;
}

const START = Date.parse('2026-01-01T00:00:00Z');

const failure = (thrown: unknown): Shape => {
  const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
  return {
    StatusCode: 200,
    FunctionError: 'Unhandled',
    Payload: Buffer.from(JSON.stringify({ errorType: name, errorMessage: message, trace: [] })),
  };
};

const lambda = (
  functions: Readonly<Record<string, Handler>>,
  clock: Clock,
  takes: (name: string) => number = () => 0,
): Service => ({
  id: 'lambda',
  call: async (_operation, input) => {
    const name = String(input.FunctionName).split(':').at(-1) ?? '';
    const handler = functions[name];
    if (!handler) throw new AwsError('ResourceNotFoundException', `Function not found: ${name}`, 404);
    if (handler === hang) return new Promise(() => undefined);
    const busy = takes(name);
    if (busy > 0) await new Promise<void>((done) => clock.after(busy, done));
    const release = clock.hold();
    try {
      const result = await handler(JSON.parse(String(input.Payload ?? '{}')));
      return { StatusCode: 200, ExecutedVersion: '$LATEST', Payload: Buffer.from(JSON.stringify(result ?? null)) };
    } catch (thrown) {
      return failure(thrown);
    } finally {
      release();
    }
  },
});

export interface Ended {
  readonly status: string;
  readonly output: unknown;
  readonly error: unknown;
  readonly cause: unknown;
}

export const engine = (options: EngineOptions = {}) => {
  const clock = options.clock ?? virtualClock(START);
  const events: BusEvent[] = [];
  const closed = new Map<string, () => void>();
  let seed = options.seed ?? 7;
  const services = new Map<ServiceId, Service>();
  const database = new DatabaseSync(options.database ?? ':memory:');
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  const context: EngineContext = {
    region: 'us-east-1',
    account: '111111111111',
    stateDir: options.stateDir ?? '',
    database,
    clock,
    random: () => {
      seed = (seed * 1664525 + 1013904223) >>> 0;
      return seed / 2 ** 32;
    },
    endpoint: () => '',
    service: (id) => {
      const found = services.get(id);
      if (!found) throw new AwsError('ServiceUnavailable', `not run here: ${id}`, 503);
      return found;
    },
    emit: (event) => {
      events.push(event);
      if (event.detail.status !== 'RUNNING') closed.get(String(event.detail.executionArn))?.();
    },
  };
  for (const service of options.services?.(context) ?? []) services.set(service.id, service);
  if (!services.has('lambda')) services.set('lambda', lambda(options.functions ?? {}, clock, options.takes));
  const sfn = sfnService(context);
  services.set('sfn', sfn);

  if (options.work ?? true) void sfn.start?.();

  const call = (operation: string, input: Shape) => sfn.call(operation, input);

  const create = async (definition: unknown, name = 'machine', type = 'STANDARD'): Promise<string> => {
    const input = { name, type, definition: JSON.stringify(definition), roleArn: 'arn:aws:iam::111111111111:role/r' };
    return String((await call('CreateStateMachine', input)).stateMachineArn);
  };

  /** How an execution ended; waits for it. */
  const ended = async (executionArn: string): Promise<Ended> => {
    const told = new Promise<void>((resolve) => closed.set(executionArn, resolve));
    let described = await call('DescribeExecution', { executionArn });
    if (described.status === 'RUNNING') {
      await told;
      described = await call('DescribeExecution', { executionArn });
    }
    const { status, output, error, cause } = described;
    return {
      status: String(status),
      output: output === undefined ? undefined : JSON.parse(String(output)),
      error,
      cause,
    };
  };

  const start = async (stateMachineArn: string, input: unknown = {}, name = 'run'): Promise<string> =>
    String((await call('StartExecution', { stateMachineArn, name, input: JSON.stringify(input) })).executionArn);

  /** Runs `definition` to its end. */
  const run = async (definition: unknown, input: unknown = {}): Promise<Ended> =>
    ended(await start(await create(definition), input));

  const history = async (executionArn: string): Promise<Shape[]> =>
    (await call('GetExecutionHistory', { executionArn, maxResults: 1000 })).events as Shape[];

  const service = (id: ServiceId) => context.service(id);
  return { sfn, service, call, create, start, ended, run, history, events, clock, close: () => sfn.close?.() };
};

/** A JSONata Task that invokes `name` with `payload`. */
export const invoke = (
  name: string,
  payload: unknown,
  more: Record<string, unknown> = {},
): Record<string, unknown> => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: name, Payload: payload },
  Output: '{% $states.result.Payload %}',
  ...more,
});
