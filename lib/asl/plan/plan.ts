// What the planner gives: the nodes of a graph in sequence and side by side, by id.

/** `wait` stands for the latch of that name. */
export type Plan =
  | { readonly kind: 'node'; readonly id: string }
  | { readonly kind: 'wait'; readonly latch: string }
  | { readonly kind: 'sequence'; readonly parts: readonly Plan[] }
  | { readonly kind: 'parallel'; readonly branches: readonly Plan[] };

/** What stands after the wait of this name starts when all `producers` are done. Named after the first node that waits. */
export interface Latch {
  readonly name: string;
  readonly producers: readonly string[];
}

export interface Planning {
  readonly plan: Plan;
  readonly latches: readonly Latch[];
}

export const partsIn = (plan: Plan): readonly Plan[] =>
  plan.kind === 'sequence' ? plan.parts : plan.kind === 'parallel' ? plan.branches : [];

/** Every part of a plan, each before the parts inside it, in the order of the text. Does not recurse: plans may be deep. */
export const outermostFirst = (plan: Plan): readonly Plan[] => {
  const found: Plan[] = [];
  const open = [plan];
  for (let part = open.pop(); part; part = open.pop()) {
    found.push(part);
    for (const inner of partsIn(part).toReversed()) open.push(inner);
  }
  return found;
};
