// The order that a plan holds by its shape alone.
import { type Plan, partsIn } from './plan.ts';

/** A node or a wait of a plan, as text. */
export const placeOf = (leaf: Plan): string =>
  leaf.kind === 'node' ? `node ${leaf.id}` : leaf.kind === 'wait' ? `wait ${leaf.latch}` : '';

/** Leaves by place, the branches of each Parallel read from the first to the last or the other way round. */
const reading = (plan: Plan, backwards: boolean): ReadonlyMap<string, number> => {
  const found = new Map<string, number>();
  const open = [plan];
  for (let part = open.pop(); part; part = open.pop()) {
    if (part.kind === 'node' || part.kind === 'wait') found.set(placeOf(part), found.size);
    else if (part.kind === 'parallel' && backwards) for (const branch of part.branches) open.push(branch);
    else for (const inner of partsIn(part).toReversed()) open.push(inner);
  }
  return found;
};

/** Whether one leaf's place comes before another's: in a series-parallel order, if and only if it does in both readings. */
export const orderOf = (plan: Plan): ((one: string, other: string) => boolean) => {
  const readings = [reading(plan, false), reading(plan, true)];
  return (one, other) => readings.every((places) => (places.get(one) ?? 0) < (places.get(other) ?? 0));
};
