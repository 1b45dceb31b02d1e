// What every emulated AWS service is to the rest of the engine: a name and one function that takes an API call.
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from './clock.ts';

/** A plain JSON object, in the field spelling that the AWS API of the service uses. */
export type Shape = { [field: string]: unknown };

/** The services that the engine runs, by the name that `aws-sdk:<service>` integrations use. */
export type ServiceId =
  | 'dynamodb'
  | 's3'
  | 'sqs'
  | 'sns'
  | 'eventbridge'
  | 'scheduler'
  | 'sfn'
  | 'lambda'
  | 'cloudwatch'
  | 'cloudwatchlogs'
  | 'ssm'
  | 'sts';

/** What came of a call of a function: its result as JSON text, or the error that Lambda tells of. */
export type FunctionOutcome = { readonly kind: 'done'; readonly payload: string } | FailedFunction;

export interface FailedFunction {
  readonly kind: 'failed';
  readonly error: object;
}

/**
 * A call of a function under way, for one who waits for what the function itself returned: a promise of the engine's own between them
 * would cost a task 5 to 20 us. One of `done`, `failed` and `end` is to be called, more than one does no harm.
 */
export interface StartedCall<T> {
  /** What the function returned: a promise mostly. */
  readonly returned: unknown;
  /** What is made of `value`, which it came to. */
  done(value: unknown): T;
  /** What is made of `thrown`, which it threw. */
  failed(thrown: unknown): T;
  /** Nobody wants to know what comes of it. */
  end(): void;
}

/**
 * One emulated AWS service.
 *
 * `call('SendMessage', { QueueUrl, MessageBody })` is one API call: the operation in Pascal case as the AWS API reference
 * spells it, input and output as AWS's JSON. S3 bodies are `Uint8Array` under `Body`. Throws AwsError; an operation that is
 * not implemented throws `notImplemented(...)`.
 */
export interface Service {
  readonly id: ServiceId;
  /**
   * `gone` tells that nobody reads the answer any more: what waits for work to give away then gives it to another. `held`: whoever
   * asks holds the clock until it has the answer.
   */
  call(operation: string, input: Shape, gone?: AbortSignal, held?: true): Promise<Shape>;
  /**
   * Lambda's: a synchronous `Invoke` without the shapes of the API, which cost a task 25 us. Resolves with what `answer` makes of the
   * payload, as JSON text: the result's, or that of the error where it `failed`. Throws AwsError.
   */
  invoke?<T>(
    functionArn: string,
    event: string,
    answer: (payload: string, failed: boolean) => T | Promise<T>,
  ): Promise<T>;
  /**
   * Lambda's: what calls a function of the program that embeds the engine, with an event as JSON; undefined for any other. It throws
   * AwsError. `answer` makes of an outcome what the caller wants.
   */
  caller?<T>(
    functionArn: string,
    answer: (outcome: FunctionOutcome) => T,
  ): ((event: string) => StartedCall<T>) | undefined;
  /** Step Functions': what DescribeExecution answers once the execution has ended and that is on disk. Throws AwsError. */
  ended?(executionArn: string): Promise<Shape>;
  /**
   * Takes up what an earlier process left (deliveries, executions, pollers) and starts timers. Called once, after the
   * template has been applied and the server listens.
   */
  start?(): Promise<void>;
  /** Stops timers, pollers and workers. State on disk stays. */
  close?(): Promise<void>;
}

/** An event as EventBridge delivers it, less the fields that the bus itself fills in (id, time, account, region). */
export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly resources?: readonly string[];
  readonly detail: Shape;
}

/** What a service gets from the engine when it is made. */
export interface EngineContext {
  readonly region: string;
  readonly account: string;
  /** Folder for files that do not belong in the database (object bodies). */
  readonly stateDir: string;
  /** One SQLite database (WAL) for the whole engine; each service owns the tables that start with its id. */
  readonly database: DatabaseSync;
  readonly clock: Clock;
  /** A number in [0, 1): seeded in tests. All ids, tokens and jitter come from here. */
  random(): number;
  /** `http://127.0.0.1:PORT`, known once the server listens. */
  endpoint(): string;
  /** `fetch` for that endpoint, to functions in this process; undefined for what needs a socket, and where there is no server. */
  fetch?(url: string, init: RequestInit): Promise<Response> | undefined;
  /** Another service of the same engine. Throws where the engine does not run it. */
  service(id: ServiceId): Service;
  /** Whether a rule whose schedule is due is not to fire this time. */
  passOver?(rule: string): boolean | Promise<boolean>;
  /** An event of an AWS service (`source: 'aws.s3'`, …) to the default event bus. Does not wait for its targets. */
  emit(event: BusEvent): void;
}

/** An error that goes over the wire as AWS's own: `code` is the AWS error name, `status` the HTTP status. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further fields of the error's body, as that service's API gives them. */
  readonly fields: Shape;

  constructor(code: string, message: string, status = 400, fields: Shape = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
    this.fields = fields;
  }
}

/** The error for an API call that the engine does not have. Names the call, so nobody mistakes it for success. */
export const notImplemented = (service: ServiceId, operation: string): AwsError =>
  new AwsError('NotImplemented', `HDL501 the local engine does not implement ${service}:${operation}`, 501);

/** A service, where the engine runs it. */
export const serviceIfRun = (context: EngineContext, id: ServiceId): Service | undefined => {
  try {
    return context.service(id);
  } catch {
    return undefined; // the one way to ask whether the engine runs a service
  }
};
