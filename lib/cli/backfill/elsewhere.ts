import { type BackfillPlan, statesOf } from '../../records/index.ts';
import type { Target } from '../target.ts';
import { nameOf } from './place.ts';

/** Backfills that are looked through for those under way. */
const searched = 100;

/** What other backfills are still to run, and which they are. */
export const underWayElsewhere = async ({ ledger }: Target): Promise<ReadonlyMap<string, string>> => {
  const held = new Map<string, string>();
  for (const { id, status, plan, states } of await ledger.backfills.latest(searched)) {
    if (status !== 'running' && status !== 'paused') continue;
    const runs = (await ledger.payloads.load(plan)) as BackfillPlan; // heddle backfill stored it
    for (const [place, state] of statesOf(states).entries()) {
      const run = runs[place];
      if (run && (state === 'waiting' || state === 'asked')) held.set(nameOf(run), id);
    }
  }
  return held;
};
