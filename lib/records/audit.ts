import type { RunRecord } from './run.ts';

/** One line of a run's history of actions, by machines and by people. It is never changed. */
export interface AuditEntry {
  /** Names the action within its run, so that recording it twice is recording it once. */
  readonly id: string;
  readonly at: string;
  /** An operator of Heddle's, or a person as they gave their name. */
  readonly by: string;
  readonly what:
    | 'asked'
    | 'started'
    | 'skipped'
    | 'ended'
    | 'stopped'
    | 'resumed'
    | 'discarded'
    | 'forked'
    | 'answered'
    | 'stageFailed'
    | 'compensated'
    | 'deadlineMissed'
    | 'stuck';
  readonly detail: string;
}

/** The first line of a run's history. It is not stored: all of it is in the run's own record, which is written once anyway. */
export const askedEntry = ({ trigger, createdAt }: RunRecord): AuditEntry => ({
  id: 'asked',
  at: createdAt,
  by: trigger.kind === 'manual' ? trigger.detail : 'dispatch',
  what: 'asked',
  detail: `${trigger.kind}: ${trigger.detail}`,
});
