// What the state machine sends to the Lambdas it calls, and what they answer. The compiler writes these, the runtime and the operators read them.
import type { Binding } from './binding.ts';
import type { CachePolicy } from './cache.ts';
import type { Condition } from './condition.ts';
import type { Fold } from './fold.ts';
import type { Json } from './json.ts';
import type { LatchRelease } from './latch.ts';
import type { OnFailure } from './on-failure.ts';
import type { PoolLease, PoolUse } from './pool.ts';
import type { MendedMaps, RowsFacts } from './rows.ts';
import type { Compensated } from './undo.ts';

/** The run as it travels in every call. `execution` is the ARN of the state machine's execution. */
export interface RunFacts {
  readonly pipeline: string;
  readonly id: string;
  readonly partition: string;
  readonly definitionHash: string;
  readonly execution: string;
  /** Inside an item of a map or a round of a loop: which one. Latches are kept apart by it. */
  readonly scope?: string;
  /** At pools, others come first. @default nobody does */
  readonly priority?: 'low';
  readonly mended?: MendedMaps;
}

/** The branch taken at each `choose` so far. `none`: the condition's inputs were missing, so neither was taken. */
export type Choices = { readonly [choose: string]: 'then' | 'otherwise' | 'none' };

/** A value of a stage's output that the state machine itself reads: the value at a path, or the length of a list there. */
export interface ControlPath {
  readonly key: string;
  readonly path: readonly string[];
  readonly count?: true;
}

/** The values asked for with ControlPaths, by key. A stage that did not complete answers with none. */
export type Control = { readonly [key: string]: Json };

/** An item of a map, and its index in the whole of it, from 0. */
export interface BatchRow {
  readonly index: number;
  readonly value: Json;
  /** What other stages of its `flow.each` gave for it. */
  readonly beside?: { readonly [stage: string]: Json };
}

/** The items of one call of a map stage; `beside`: those of them for which these stages of the same `flow.each` gave something. */
export type Batch =
  /** The items `index * size` up to `index * size + size` of a list. */
  | { readonly items: Binding; readonly index: number; readonly size: number; readonly beside?: readonly string[] }
  /** Rows of a file, as the Distributed Map read them. */
  | { readonly rows: readonly BatchRow[]; readonly beside?: readonly string[] }
  /** The outputs of a batch of another map, by that map's stage and the batch's number. */
  | { readonly follows: string; readonly index: number };

/** One call of a stage's Lambda; with `batch`, of a map stage's. */
export interface StageCall {
  readonly run: RunFacts;
  readonly stage: string;
  readonly bind: Binding;
  readonly after: readonly string[];
  readonly control: readonly ControlPath[];
  readonly chosen: Choices;
  /** The stage whose fallback this call runs, by the fallback's name, after the stage itself failed with `failure`. */
  readonly via?: string;
  readonly failure?: CaughtError;
  /** The longest pause before a further attempt, where it is longer than ten minutes. */
  readonly patienceSeconds?: number;
  /** What undoes the stage when the run fails. */
  readonly compensate?: Compensated;
  /** In a round of a repetition: the name of the stage in metrics, which all rounds share. */
  readonly shares?: string;
  /** Results of earlier runs may be taken over. */
  readonly cache?: CachePolicy;
  readonly batch?: Batch;
  /** Over how many keys the records of the map's batches are spread, where its own record does not say. @default 1 */
  readonly spread?: number;
  /** What the stage gets is not bound but folded. */
  readonly fold?: Fold;
  /** The latches that the stage releases when it is done. */
  readonly release?: readonly LatchRelease[];
  /** What the stage was given of a pool; null where its first state found nothing to do. */
  readonly lease?: PoolLease | null;
}

export interface StageAnswer {
  readonly status: 'completed' | 'skipped';
  readonly control: Control;
}

/** An error as Step Functions hands it to a Catch. */
export interface CaughtError {
  readonly Error: string;
  readonly Cause?: string;
}

/** What flows from state to state: control only, never data. */
export interface FlowState {
  readonly run: RunFacts;
  readonly control: { readonly [stage: string]: Control };
  readonly chosen: Choices;
}

/** `settle` where no stage wrapper can: a stage or batch that failed for good, the end of a map, stages without a handler. */
export type SettleCall =
  | {
      readonly action: 'stageFailed';
      readonly run: RunFacts;
      readonly stage: string;
      readonly bind: Binding;
      /** Absent in the calls of definitions older than this field, as is `control`. */
      readonly chosen?: Choices;
      readonly error: CaughtError;
      readonly onFailure?: OnFailure;
      readonly control?: readonly ControlPath[];
      readonly release?: readonly LatchRelease[];
      /** Of the undoing of a stage: which execution of the compensation. */
      readonly round?: number;
      /** What it was given of a pool, to be given back. */
      readonly lease?: PoolLease | null;
      /** Of a map: as of its batches. */
      readonly spread?: number;
    }
  | {
      readonly action: 'batchFailed';
      readonly call: StageCall;
      readonly error: CaughtError;
    }
  | {
      readonly action: 'mapDone';
      readonly run: RunFacts;
      readonly stage: string;
      readonly items: Binding;
      readonly bind: Binding;
      readonly after: readonly string[];
      readonly chosen: Choices;
      readonly tolerate: Tolerance;
      /** Items of a batch, where batches run in executions of their own, one of which may be lost. */
      readonly size?: number;
      /** Batches run in Express executions of their own. */
      readonly express?: true;
      /** As of its batches. */
      readonly spread?: number;
      /** Somebody reads its results as a stream, by their index. */
      readonly index?: true;
      /** The map whose batches this one's are made of, where that may happen. */
      readonly follows?: string;
      /** The stages of its `flow.each` of which it reads what they gave for the same item. */
      readonly beside?: readonly string[];
      /** A value is the list of outputs. */
      readonly onFailure?: OnFailure;
      readonly control: readonly ControlPath[];
      readonly release?: readonly LatchRelease[];
    }
  /** A map that broke off as a whole: its file could not be read, or its batches could not be started. */
  | {
      readonly action: 'mapFailed';
      readonly run: RunFacts;
      readonly stage: string;
      readonly items: Binding;
      readonly bind: Binding;
      readonly after: readonly string[];
      readonly chosen: Choices;
      readonly error: CaughtError;
      readonly onFailure?: OnFailure;
      readonly control: readonly ControlPath[];
      readonly release?: readonly LatchRelease[];
      readonly spread?: number;
      /** Where its items were to come from S3. */
      readonly rows?: RowsFacts;
    }
  | {
      readonly action: 'waitOpened';
      readonly run: RunFacts;
      readonly stage: string;
      readonly wait: WaitTime;
      readonly after: readonly string[];
      readonly chosen: Choices;
    }
  | {
      readonly action: 'check';
      readonly run: RunFacts;
      readonly stage: string;
      readonly claim: Condition;
      readonly severity: 'fail' | 'warn';
      readonly message?: string;
      readonly after: readonly string[];
      readonly chosen: Choices;
      readonly control: readonly ControlPath[];
      readonly release?: readonly LatchRelease[];
    }
  | {
      readonly action: 'ask';
      readonly run: RunFacts;
      readonly stage: string;
      /** Lets the state go on. */
      readonly token: string;
      readonly prompt: string;
      readonly show: Binding;
      /** JSON Schema of an answer. */
      readonly schema: Json;
      readonly timeoutSeconds: number;
      readonly after: readonly string[];
      readonly chosen: Choices;
      readonly control: readonly ControlPath[];
    }
  /** The token of `ask` brought an error, or nothing in time. */
  | {
      readonly action: 'askEnded';
      readonly run: RunFacts;
      readonly stage: string;
      readonly show: Binding;
      readonly default?: Binding;
      readonly chosen: Choices;
      readonly control: readonly ControlPath[];
      readonly error: CaughtError;
    }
  | {
      readonly action: 'startChild';
      readonly run: RunFacts;
      readonly stage: string;
      /** Lets the state go on. */
      readonly token: string;
      /** The name of the pipeline to run. */
      readonly child: string;
      readonly input: Binding;
      readonly partition?: Binding;
      readonly timeoutSeconds: number;
      readonly after: readonly string[];
      readonly chosen: Choices;
      readonly control: readonly ControlPath[];
    }
  /** The token of `startChild` brought an error, or nothing in time. */
  | {
      readonly action: 'childEnded';
      readonly run: RunFacts;
      readonly stage: string;
      readonly input: Binding;
      readonly chosen: Choices;
      readonly control: readonly ControlPath[];
      readonly error: CaughtError;
    }
  | {
      readonly action: 'serviceOpened';
      readonly run: RunFacts;
      readonly stage: string;
      /** The arguments of the call. */
      readonly bind: Binding;
      readonly after: readonly string[];
      readonly chosen: Choices;
      /** Of a job that AWS does not end with the run: the ARN of the execution that asks after it. */
      readonly jobIn?: string;
    }
  | {
      readonly action: 'serviceDone';
      readonly run: RunFacts;
      readonly stage: string;
      /** What the call answered; without a result there was none. */
      readonly service: { readonly result?: Json };
      readonly control: readonly ControlPath[];
    }
  | {
      readonly action: 'waitDone';
      readonly run: RunFacts;
      readonly stage: string;
      readonly control: readonly ControlPath[];
      readonly release?: readonly LatchRelease[];
    }
  /** The first state of a stage that uses a pool: takes of it, or waits until there is some. */
  | {
      readonly action: 'poolOpened';
      readonly run: RunFacts;
      readonly stage: string;
      readonly bind: Binding;
      readonly after: readonly string[];
      readonly chosen: Choices;
      readonly pool: PoolUse;
      /** Of a map's batch. */
      readonly batch?: Batch;
      readonly spread?: number;
      /** When the state was entered, the same for all its tries: ISO 8601. */
      readonly since: string;
      /** Counts the tries of the state: each has a token of its own. */
      readonly attempt: number;
      /** Lets the state go on. */
      readonly token: string;
    }
  | {
      /** After a node that cannot release its latches itself. Of a choice, the branches taken are recorded first. */
      readonly action: 'released';
      readonly run: RunFacts;
      readonly stage: string;
      readonly choices: readonly string[];
      readonly chosen: Choices;
      readonly release: readonly LatchRelease[];
    }
  /** The first state of a compensation: what is to be undone, in order. */
  | {
      readonly action: 'compensationOpened';
      readonly run: RunFacts;
      readonly round: number;
      /** The ARN of the compensation's own execution. */
      readonly execution: string;
    }
  /** Its last state. */
  | { readonly action: 'compensationClosed'; readonly run: RunFacts; readonly round: number }
  | {
      /** Before a node that reads control values which another branch of the state machine holds. */
      readonly action: 'readControl';
      readonly run: RunFacts;
      readonly slots: readonly { readonly stage: string; readonly control: readonly ControlPath[] }[];
      readonly choices: readonly string[];
      readonly chosen: Choices;
    };

/** How long a wait lasts: a number of seconds, or until a moment in ISO 8601 that is at most so many seconds away. */
export type WaitTime =
  | { readonly kind: 'for'; readonly seconds: number }
  | { readonly kind: 'until'; readonly at: Binding; readonly atMostSeconds: number };

/** How many failed items a map stage bears and still completes. Both hold when both are given. */
export interface Tolerance {
  readonly count?: number;
  readonly percent?: number;
}
