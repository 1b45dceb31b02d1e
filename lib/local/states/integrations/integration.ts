// What a Task state calls, seen from the interpreter.
import type { Shape, StartedCall } from '../../service.ts';
import type { Payload } from '../json.ts';
import type { Lifetime } from '../machine/lifetime.ts';

/** What somebody answered to a token. Neither error nor cause need be there for a failure. */
export type EarlyAnswer =
  | { readonly output: string }
  | { readonly failed: true; readonly error?: string; readonly cause?: string };

export interface TaskRun {
  readonly executionArn: string;
  readonly machineArn: string;
  /** The same for the same attempt, before and after a restart; different for every other. */
  readonly attempt: string;
  readonly token: string | undefined;
  readonly parameters: Payload;
  /** Ends with the attempt. */
  readonly lifetime: Lifetime;
  /** The answer of the first call where the task had been submitted before a restart: it is not made again. */
  readonly submitted: Payload | undefined;
  /** The call may have been made before a restart. */
  readonly resumed: boolean;
  /** A worker had taken it before a restart (activities). */
  readonly started: boolean;
  onStarted(details: Shape): void;
  onSubmitted(output: Payload): void;
  onHeartbeat(): void;
  /** The token was answered while the call was still on its way: noted, so that a crash now cannot lose the answer. */
  onEarlyAnswer(answer: EarlyAnswer): void;
}

export interface Integration {
  /** Which events tell of it: TaskScheduled ..., LambdaFunctionScheduled ..., ActivityScheduled ... */
  readonly events: 'Task' | 'LambdaFunction' | 'Activity';
  readonly resourceType: string;
  /** The action with its pattern, e.g. `sendMessage.waitForTaskToken`. */
  readonly resource: string;
  /** The fields that name the resource in every event after Scheduled. */
  readonly about: { readonly resourceType: string; readonly resource: string } | undefined;
  readonly needsToken: boolean;
  /** The parameters that it knows, where it may be given no other. */
  readonly takes?: readonly string[];
  /** Throws StateError where the task fails. */
  run(task: TaskRun): Promise<Payload>;
  /** As `run`, where what is to be waited for needs no promise of the integration's own; else undefined. Throws StateError, as what it gives does where the task fails. */
  begin?(parameters: Payload): StartedCall<Payload> | undefined;
}

export interface Integrations {
  /** Throws StateError for a resource that the engine does not have. */
  resolve(resource: string): Integration;
  newToken(): string;
}
