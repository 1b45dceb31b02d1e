// What comes next in a backfill. Pure: the same plan and the same states give the same, and again gives no more.
import type { BackfillPlan, BackfillStatus, PlannedState } from './record.ts';

/** The states once it is known how some runs stand; what can no longer start, as one that it needs failed, is blocked. */
export const settled = (
  plan: BackfillPlan,
  states: readonly PlannedState[],
  found: ReadonlyMap<number, PlannedState>,
): readonly PlannedState[] => {
  const after: PlannedState[] = [];
  for (const [place, run] of plan.entries()) {
    const own = found.get(place) ?? states[place] ?? 'waiting';
    const isOpen = own === 'waiting' || own === 'blocked';
    // What one needs comes before it, so one pass tells all. A run that was resumed sets free what waited for it.
    const lost = run.after.some((needed) => after[needed] === 'failed' || after[needed] === 'blocked');
    after.push(isOpen ? (lost ? 'blocked' : 'waiting') : own);
  }
  return after;
};

/** Places of the runs to ask for now: the first that have all that they need, up to so many at once. */
export const nextRuns = (
  plan: BackfillPlan,
  states: readonly PlannedState[],
  concurrency: number,
): readonly number[] => {
  let room = concurrency - states.filter((state) => state === 'asked').length;
  const next: number[] = [];
  for (const [place, { after }] of plan.entries()) {
    if (room <= 0) break;
    if (states[place] !== 'waiting' || !after.every((needed) => states[needed] === 'completed')) continue;
    next.push(place);
    room -= 1;
  }
  return next;
};

/** What a backfill has become, once nothing of it is under way or to come; before that, undefined. */
export const endOf = (states: readonly PlannedState[]): BackfillStatus | undefined => {
  if (states.some((state) => state === 'waiting' || state === 'asked')) return undefined;
  return states.every((state) => state === 'completed') ? 'completed' : 'failed';
};

/** For each run of a plan, the length of the longest chain that ends with it. */
export const stepsOf = (plan: BackfillPlan): readonly number[] => {
  const steps: number[] = [];
  for (const { after } of plan) steps.push(1 + Math.max(0, ...after.map((needed) => steps[needed] ?? 0)));
  return steps;
};
