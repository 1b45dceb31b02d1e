// A result that later runs may take over: of the same code, contract and input.
import type { StoredPayload } from './payload.ts';

/** How a use of a stage takes over earlier results. */
export interface CachePolicy {
  /** How old a result may be. */
  readonly seconds: number;
  /** Part of what must be equal, for what code, contract and input do not show. */
  readonly version?: string;
}

/** Where a result was made: the run, the stage's id in it, and when. */
export interface CachedFrom {
  readonly run: string;
  readonly stage: string;
  readonly at: string;
}

/** The ledger's record of a result. The newest is kept. */
export interface CacheRecord extends CachedFrom {
  readonly output: StoredPayload;
  /** Epoch seconds after which the table drops it: DynamoDB's time to live. */
  readonly expiresAt: number;
}
