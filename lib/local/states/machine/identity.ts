import type { JsonObject, Payload } from '../json.ts';

/** What is known of an execution before it runs. Times are milliseconds since the epoch. */
export interface ExecutionIdentity {
  readonly row: number;
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  /** The revision of the machine that it runs (a child of a Distributed Map: a part of that). */
  readonly revision: string;
  /** Version and alias that it was started by, if it was. */
  readonly versionArn?: string | undefined;
  readonly aliasArn?: string | undefined;
  readonly machineName: string;
  readonly roleArn: string;
  readonly express: boolean;
  readonly startedAt: number;
  readonly redriveCount: number;
  /** The machine's time limit runs from here: the start, or the last redrive. */
  readonly timedFrom: number;
  readonly input: Payload;
  /** Given instead of the context object that the execution would have (TestState). */
  readonly context?: JsonObject;
}
