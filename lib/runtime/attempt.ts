// One attempt of a stage: the call, and all that the wrapper and the handler need during it.
import type { Logger } from '@aws-lambda-powertools/logger';
import type { HandlerInput, HandlerOutput, Stage } from '../definition/index.ts';
import type { Ledger, Scope } from '../ledger/index.ts';
import type { Fingerprint, StageCall } from '../records/index.ts';
import type { Cost, Meter, Score } from './meter.ts';
import type { Pace } from './pace.ts';
import type { Store } from './store.ts';
import type { TakePool } from './take.ts';

/** The log of a run: structured lines that carry pipeline, run, stage and attempt. */
export interface Log {
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}

/** What a handler gets. */
export interface Work<S extends Stage> {
  readonly input: HandlerInput<S>;
  readonly run: { readonly pipeline: string; readonly id: string; readonly partition: string };
  readonly log: Log;
  readonly store: Store;
  /** Fires shortly before Lambda's timeout, and when a heartbeat is missing. Pass it to fetch and the like. */
  readonly signal: AbortSignal;
  /** The same for every attempt at this stage or item: pass it to outside services that take one. */
  readonly idempotencyKey: string;
  /** Says what the work costs besides AWS's own: calls of services, answers of models. */
  readonly cost: Cost;
  /** Says how good the result is: kept with the stage, with limits that warn or block. */
  readonly score: Score;
  /** Takes of a pool: `await using slot = await pool(crm).take({ key: input.customer })`. */
  readonly pool: TakePool;
  /** Says that the work goes on. A stage with `heartbeat` is given up when this is not called for so long. */
  heartbeat(): void;
  /** In a map: the place of the item in the list, from 0. */
  readonly item?: number;
}

export type Handler<S extends Stage> = (work: Work<S>) => Promise<HandlerOutput<S>> | HandlerOutput<S>;

export interface Attempt {
  readonly call: StageCall;
  readonly ledger: Ledger;
  readonly store: Store;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly deadLetterQueueUrl: string;
  /** What was deployed: short hashes of the bundle and of the contract's schemas. */
  readonly build: Pick<Fingerprint, 'code' | 'contract'>;
  /** The claim's owner: Lambda's request id. */
  readonly owner: string;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Milliseconds until Lambda stops the function. */
  readonly remainingMs: () => number;
  /** Of a stage that uses a pool with a rate. */
  readonly pace?: Pace;
}

/** The scope in which this call's bindings are read. */
export const scopeOf = ({ run, chosen }: StageCall): Scope => ({
  pipeline: run.pipeline,
  run: run.id,
  partition: run.partition,
  chosen,
});

/** Pauses between attempts are shorter than this, where the call does not say otherwise. */
const patienceSeconds = 600;

/** When this attempt has ended for certain, and a further one would have begun. */
export const overdueAt = ({ call, now, remainingMs }: Attempt): string =>
  isoTime(now() + remainingMs() + (call.patienceSeconds ?? patienceSeconds) * 1_000);

export const isoTime = (ms: number): string => new Date(ms).toISOString();

/** Logger is a class with more methods and looser types than a handler should see. */
export const logOf = (logger: Logger): Log => ({
  info: (message, fields = {}) => logger.info(message, { ...fields }),
  warn: (message, fields = {}) => logger.warn(message, { ...fields }),
  error: (message, fields = {}) => logger.error(message, { ...fields }),
});
