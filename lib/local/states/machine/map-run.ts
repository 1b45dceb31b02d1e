// How a Distributed Map reaches its host: its children are executions of their own, counted by a Map Run.
import type { Shape } from '../../service.ts';
import type { Payload } from '../json.ts';
import type { Sequence } from '../parse/machine.ts';
import type { ClosedStatus } from './closed.ts';
import type { ExecutionIdentity } from './identity.ts';
import type { Lifetime } from './lifetime.ts';

/** What bounds the children of a Map Run. */
export interface MapRunLimits {
  /** Children at once; 0 for as many as AWS allows. */
  readonly maxConcurrency: number;
  readonly toleratedCount: number;
  readonly toleratedPercentage: number;
}

export interface MapRunPlan extends MapRunLimits {
  readonly parent: ExecutionIdentity;
  /** The Map's Label; made up where it has none. */
  readonly label: string | undefined;
  readonly express: boolean;
  readonly processor: Sequence;
}

/** A child that has ended. Times are milliseconds since the epoch. */
export interface ChildResult {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly status: ClosedStatus;
  readonly input: Payload;
  readonly output: Payload | undefined;
  readonly error: string | undefined;
  readonly cause: string | undefined;
  readonly startedAt: number;
  readonly stoppedAt: number;
  readonly express: boolean;
  readonly redrives: { readonly count: number; readonly last: number | undefined };
}

export interface MapRun {
  readonly arn: string;
  /** Which redrive this is, where it had ended and is run again; else 0. */
  readonly redrives: number;
  /** How often it has been redriven in all. */
  readonly generation: number;
  /** How many items of it had failed before a restart. */
  readonly failedBefore: number;
  /** Those that apply now: UpdateMapRun may change them at any time. */
  limits(): MapRunLimits;
  /** `then` is called after each change of the limits. */
  onChange(then: () => void): void;
  /** How many children there will be, and of how many items. */
  expect(children: number, items: number): void;
  /**
   * Runs child `index` over `items` items. One that ended before a restart answers at once, one that was running carries
   * on. Never rejects; never settles after the end of `lifetime`, which aborts the child.
   */
  child(index: number, input: Payload, items: number, lifetime: Lifetime): Promise<ChildResult>;
  /** Whether child `index` began before a restart. */
  knows(index: number): boolean;
  /** Aborts the children that run, or ran before a restart; each gives its result. One that was to be redriven stays as it was. */
  stop(): void;
  end(status: 'SUCCEEDED' | 'FAILED' | 'ABORTED'): void;
}

export interface MapRuns {
  /** Starts a Map Run, or takes up again the one of `arn`. */
  open(plan: MapRunPlan, arn: string | undefined): MapRun;
  /** An S3 call of an ItemReader or a ResultWriter. */
  s3(operation: string, input: Shape): Promise<Shape>;
  /** Does work outside of any timer: time stands still meanwhile. */
  untimed<T>(work: () => Promise<T>): Promise<T>;
}
