// What runs functions: worker threads (sandbox-pool.ts) or this process (in-process.ts).

import type { FunctionRecord } from './function-record.ts';
import type { RuntimeError } from './function-runtime.mjs';

/** An error as Lambda reports it. `trace` is missing where no code of the function ran into it. */
export type FunctionErrorShape = Omit<RuntimeError, 'trace'> & Partial<RuntimeError>;

/** What came of one invocation. */
export type Outcome =
  | { readonly kind: 'done'; readonly payload: string }
  | { readonly kind: 'failed'; readonly error: FunctionErrorShape };

export type FailedOutcome = Extract<Outcome, { kind: 'failed' }>;

/** An event as JSON text, and parsed: a value of its own, which the function may change. */
export interface EventPayload {
  readonly text: string;
  readonly value: unknown;
}

/** The event that `text` says. Throws SyntaxError where it is not JSON. */
export const eventOf = (text: string): EventPayload => ({ text, value: JSON.parse(text) });

/** One invocation to be run. */
export interface Job {
  readonly record: FunctionRecord;
  readonly requestId: string;
  readonly payload: EventPayload;
  readonly functionArn: string;
  readonly traceId: string;
  readonly logStream: string;
  /** The variables that the function starts with. */
  environment(): { readonly [name: string]: string };
  /** Takes each line that the function writes. */
  readonly log: (message: string) => void;
}

export interface FunctionRunner {
  /** Never rejects. */
  run(job: Job): Promise<Outcome>;
  /** Lets go of what is kept warm of a function or version that was changed or deleted. */
  retire(identity: string): void;
  close(): Promise<void>;
}

export const failed = (errorType: string, errorMessage: string): FailedOutcome => ({
  kind: 'failed',
  error: { errorType, errorMessage },
});

/** AWS writes the seconds with two decimals. */
export const timedOut = (requestId: string, ms: number): Outcome =>
  failed('Sandbox.Timedout', `RequestId: ${requestId} Error: Task timed out after ${(ms / 1000).toFixed(2)} seconds`);

/** What callers get that waited when the engine was closed. */
export const closedOutcome = failed('Runtime.ExitError', 'Error: the engine was closed');
