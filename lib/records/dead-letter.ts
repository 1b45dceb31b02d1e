import type { StoredPayload } from './payload.ts';

/** A stage or map item that used up its policy. The ledger keeps it for searching, SQS carries it for alarms and tools. */
export interface DeadLetter {
  readonly pipeline: string;
  readonly run: string;
  readonly partition: string;
  readonly stage: string;
  /** The item's index in its map; absent for a whole stage. */
  readonly item?: number;
  readonly error: string;
  readonly cause: string;
  readonly attempts: number;
  readonly input?: StoredPayload;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly definitionHash: string;
  /** The run's execution that failed. @default 1 */
  readonly generation?: number;
  /** Of the undoing of a stage: which execution of the compensation. */
  readonly round?: number;
  /** `open` until somebody replays or discards it; open again when the replay fails too. @default open */
  readonly state?: 'open' | 'replayed' | 'discarded';
  /** Who closed it, when and why. */
  readonly closedBy?: string;
  readonly closedAt?: string;
  /** The run's execution that was to do it again. */
  readonly replayedIn?: number;
  /** The run's execution that was to do it again and did not come to it, by which it is open again. */
  readonly reopenedIn?: number;
  readonly because?: string;
}
