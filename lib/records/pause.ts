// Triggers that a person paused, and the starts that are held meanwhile.

/** What becomes of times of a schedule that passed while it was paused, or while nobody was there to fire it. */
export type CatchUp = 'none' | 'last' | 'all';

export interface Pause {
  /** Of this pause alone: a trigger that is paused again has another one. */
  readonly id: string;
  /** @default every trigger of the pipeline */
  readonly trigger?: string;
  readonly by: string;
  readonly at: string;
  readonly because?: string;
  /** When a person ended it; it is taken out once all that was held has gone on. */
  readonly resumedAt?: string;
}

/** A run that is recorded but not started, because what asked for it is paused. */
export interface Held {
  readonly run: string;
  readonly trigger: string;
  /** What they go on in the order of: a scheduled time, else when they were asked for. */
  readonly time: string;
  readonly catchUp?: CatchUp;
  /** It has gone on, or was skipped. */
  readonly done?: boolean;
}

/** The pause that holds a trigger's starts, if there is one. */
export const pauseOf = (pauses: readonly Pause[], trigger: string): Pause | undefined =>
  pauses.find((pause) => pause.resumedAt === undefined && (pause.trigger === undefined || pause.trigger === trigger));

/** Why a run that was held does not go on; undefined for one that does. Decided by all that one pause held. */
export const passedOver = (held: Held, all: readonly Held[]): string | undefined => {
  if (held.catchUp !== 'last') return undefined;
  const later = all.filter(({ trigger, time }) => trigger === held.trigger && time > held.time);
  return later.length === 0
    ? undefined
    : `${held.trigger} was paused at its time, and catches up with the last of ${later.length + 1} only (catchUp 'last')`;
};
