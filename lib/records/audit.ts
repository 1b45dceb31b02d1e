import { sha256 } from '../support/sha256.ts';
import type { DeadLetter } from './dead-letter.ts';
import { letterName } from './replay-message.ts';
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
    | 'stuck'
    | 'jobStopped'
    | 'jobLeft';
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

/** The line of a run's end, by its own record. Undefined while it has not ended. */
export const endedEntry = (run: RunRecord): AuditEntry | undefined => {
  const { status, endedAt: at, endedBy, cause, generation = 1 } = run;
  if (at === undefined) return undefined;
  if (status === 'skipped')
    return { id: 'skipped', at, by: endedBy ?? 'dispatch', what: 'skipped', detail: cause ?? '' };
  const by = endedBy ?? (status === 'cancelled' ? 'reconcile' : 'finish'); // nobody noted it before there was a field for it
  const detail = cause === undefined ? status : `${status}: ${cause}`;
  return { id: `ended#${generation}`, at, by, what: by === 'finish' ? 'ended' : 'stopped', detail };
};

/** The line of a dead letter that was discarded, by its own record. */
export const discardedEntry = (letter: DeadLetter): AuditEntry => ({
  id: `discarded#${sha256(`${letterName(letter)} ${letter.lastAt}`).slice(0, 12)}`,
  at: letter.closedAt ?? letter.lastAt,
  by: letter.closedBy ?? 'somebody',
  what: 'discarded',
  detail: `${letterName(letter)}: ${letter.because ?? 'no reason was given'}`,
});

/** A run's history, oldest first, with the lines of discarded dead letters that a crash kept from being stored. */
export const historyOf = (stored: readonly AuditEntry[], letters: readonly DeadLetter[]): readonly AuditEntry[] => {
  const known = new Set(stored.map(({ id }) => id));
  const discarded = letters.filter(({ state }) => state === 'discarded').map(discardedEntry);
  const lost = discarded.filter(({ id }) => !known.has(id));
  return [...stored, ...lost].toSorted((a, b) => a.at.localeCompare(b.at));
};
