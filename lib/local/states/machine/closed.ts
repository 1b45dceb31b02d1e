import type { Payload } from '../json.ts';

export type ClosedStatus = 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export interface Outcome {
  readonly status: ClosedStatus;
  readonly output?: Payload;
  readonly error?: string;
  readonly cause?: string;
}
