// What the operators work with. Clients come in from the handler; nothing here reads the environment.
import type { Ledger } from '../ledger/index.ts';
import type { Json, PipelineManifest, Prices, QueueManifest } from '../records/index.ts';
import type { Aws } from '../support/aws-call.ts';

export interface Services {
  readonly aws: Aws;
  readonly ledger: Ledger;
  readonly eventBus: string;
  readonly startQueueUrl: string;
  readonly manifests: Manifests;
  readonly now: () => number;
  /** Which operator this is, for histories. @default the one that usually does what it does */
  readonly operator?: string;
  /** What a command needs that a person is told to type, such as ` --aws`. @default nothing */
  readonly commandOptions?: string;
  /** Whether the lineage of runs goes on the bus. @default false */
  readonly lineage?: boolean;
  /** Whether metrics of runs are written. @default true */
  readonly measures?: boolean;
  /** What those of costs are by. @default list prices */
  readonly prices?: Prices;
  /** @default none is felt */
  readonly pressure?: Pressure;
  /** Numbers in [0, 1), for pauses. @default Math.random */
  readonly random?: () => number;
}

/** How much is asked of the account just now. */
export interface Pressure {
  /** Messages that wait on the start queue and could be taken. */
  queued(): Promise<number>;
  /** The share of calls of the Lambdas that every run needs that was throttled in the last minutes. */
  throttledShare(): Promise<number>;
  /** Whether so many wait at a pool, and for so long, that more of them are of no use. */
  crowded(pool: string): Promise<boolean>;
}

export interface Manifests {
  /** What synth told of a pipeline, kept for five minutes. Undefined for a pipeline that is not deployed here. */
  of(pipeline: string): Promise<PipelineManifest | undefined>;
  /** What becomes of the messages of a queue of the user's. Undefined for a queue that nothing takes from. */
  queueOf(queue: string): Promise<QueueManifest | undefined>;
  /** The JSON Schema of a pipeline's input, where events may start it. Undefined where there is none. */
  inputOf(pipeline: string): Promise<Json | undefined>;
}

export const isoTime = (ms: number): string => new Date(ms).toISOString();
