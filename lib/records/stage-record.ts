// A stage of a run, and a batch of items of a map stage, as the ledger holds them.
import type { CachedFrom } from './cache.ts';
import type { Child } from './child.ts';
import type { StoredPayload } from './payload.ts';
import type { PoolLease } from './pool.ts';
import type { Answered, Question } from './question.ts';
import type { MapResults } from './results.ts';
import type { MendedRows } from './rows.ts';
import type { Scores, Telling } from './spent.ts';
import type { Status } from './status.ts';
import type { Compensated } from './undo.ts';

export interface ItemCounts {
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  /** Of the completed ones, those whose result is an earlier run's. */
  readonly cached?: number;
}

/** What a stage's result came from, each as a short hash. Equal fingerprints, equal results. */
export interface Fingerprint {
  /** Of the handler's bundle. */
  readonly code: string;
  /** Of the input and output schemas. */
  readonly contract: string;
  /** Of the bound input; empty for a map, whose items have inputs of their own. */
  readonly input: string;
}

export interface StageRecord extends Telling {
  readonly stage: string;
  readonly status: Status;
  readonly attempts: number;
  /** The execution of the run that wrote the record last. @default 1 */
  readonly generation?: number;
  /** How often a completed result was given up to be made again. @default 0 */
  readonly redone?: number;
  /** Ids of the stages that its input and order depend on. */
  readonly needs?: readonly string[];
  /** Of these, the stages of the same `flow.each`, of which it reads what they gave for the same item. */
  readonly beside?: readonly string[];
  /** Ids of the choices that its input depends on. */
  readonly choices?: readonly string[];
  readonly fingerprint?: Fingerprint;
  /** The attempt that may settle this record: the request id of the Lambda call that claimed it last. */
  readonly owner?: string;
  /** Of a stage under way: by then the attempt has ended, and any further one has begun. Else it is stuck. */
  readonly overdueAt?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly durationMs?: number;
  readonly output?: StoredPayload;
  /** What undoes the stage when the run fails; and once it is completed, what it was given. */
  readonly compensate?: Compensated;
  readonly given?: StoredPayload;
  readonly items?: ItemCounts;
  /** Of a map with very many batches at once: over how many partition keys their records are spread. @default 1, the run's own */
  readonly spread?: number;
  /** Of a map that is reduced: the number of the first batch of each portion that one call folds. */
  readonly portions?: readonly number[];
  /** Of a map whose results are read as a stream: their index in the bucket of payloads. */
  readonly results?: Omit<MapResults, 'bucket'>;
  /** Of a map whose rows were too large for it: the copy that its batches are of, which later executions read as well. */
  readonly mended?: MendedRows;
  /** Why it failed; kept where `onFailure` made the stage skipped or completed all the same. */
  readonly error?: string;
  readonly cause?: string;
  /** The output is not the stage's own but the value of its `onFailure`. */
  readonly substituted?: boolean;
  /** The fallback that runs or ran in place of the stage, and why the stage itself failed. */
  readonly via?: string;
  readonly primary?: { readonly error: string; readonly cause: string };
  /** What it was given of a pool. */
  readonly lease?: PoolLease;
  /** Of a map: its batches were given something of a pool, each for itself. */
  readonly pooled?: true;
  /** Of a stage that is `waiting`, or was: until when at most. */
  readonly until?: string;
  /** Of a stage that asks a person. */
  readonly question?: Question;
  readonly answered?: Answered;
  /** Of a stage that runs another pipeline. */
  readonly child?: Child;
  /** Of a stage whose job AWS does not end with the run: the execution whose history says what the job is called. */
  readonly jobIn?: string;
  /** What lets the state go on that waits for this stage: the newest. */
  readonly token?: string;
  /** Of a check that only warns, or a score: why it did. */
  readonly warning?: string;
  /** Of a check: how it went, and the claim with the values found. */
  readonly check?: { readonly outcome: 'passed' | 'warned' | 'blocked'; readonly found: string };
  /** The run whose result this is, where a fork took it over. */
  readonly takenFrom?: string;
  /** Where the result was made, where it is an earlier run's. */
  readonly cachedFrom?: CachedFrom;
  /** It is to be worked on, whatever earlier runs gave: somebody asked for it. */
  readonly anew?: boolean;
  /** Why the stage was skipped. */
  readonly reason?: string;
}

/** The outcome of one item of a map. `index` counts from 0 over the whole list. */
export type ItemResult =
  | { readonly index: number; readonly output: unknown }
  | {
      readonly index: number;
      readonly error: string;
      readonly cause: string;
      /** Those that it was blocked by, with what else it was given then. They count until it is done again. */
      readonly scores?: Scores;
    };

/** A batch of a map stage. `results` holds a list of ItemResult, complete when the status is `completed`. */
export interface BatchRecord extends Telling {
  readonly stage: string;
  readonly batch: number;
  readonly status: Status;
  readonly attempts: number;
  readonly generation?: number;
  readonly redone?: number;
  readonly owner?: string;
  readonly overdueAt?: string;
  readonly lease?: PoolLease;
  /** How many it has of a file's rows, or of what another map made of them: where the file could not be read to its end, its last batch may have more the next time. */
  readonly rows?: number;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly durationMs?: number;
  readonly completed: number;
  readonly failed: number;
  /** Of the completed ones, those whose result is an earlier run's. */
  readonly cached?: number;
  readonly results?: StoredPayload;
}
