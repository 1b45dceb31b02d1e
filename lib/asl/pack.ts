// Packing: parts of a plan that would make one execution too long or one definition too large become machines of their own,
// which the machine around starts and waits for. From the inside out, so that no machine is above the caps.
import { outermostFirst, type Plan, partsIn } from './plan/index.ts';

/** What a part costs the machine that it stands in: events of its history at most, and bytes of its definition. */
export interface Weight {
  readonly events: number;
  readonly bytes: number;
}

/** Half of what AWS allows, so that a storm of throttled retries still has room. */
export const mostPacked: Weight = { events: 12_000, bytes: 480_000 };

/** The state that starts a machine. */
const startWeight: Weight = { events: 6, bytes: 900 };
const parallelWeight = (branches: number): Weight => ({ events: 4, bytes: 200 + 40 * branches });
const waitWeight: Weight = { events: 6, bytes: 1_200 };

/** A plan in which some parts have been packed: those are in the set. */
export interface Packed {
  readonly plan: Plan;
  readonly packed: ReadonlySet<Plan>;
}

const fits = ({ events, bytes }: Weight): boolean => events <= mostPacked.events && bytes <= mostPacked.bytes;
const plus = (a: Weight, b: Weight): Weight => ({ events: a.events + b.events, bytes: a.bytes + b.bytes });
const nothing: Weight = { events: 0, bytes: 0 };

export const pack = (plan: Plan, weightOf: (node: string) => Weight): Packed => {
  const packed = new Set<Plan>();
  const made = new Map<Plan, Plan>();
  const weights = new Map<Plan, Weight>();
  const weigh = (part: Plan): Weight => (packed.has(part) ? startWeight : (weights.get(part) ?? nothing));
  const sum = (parts: readonly Plan[], own: Weight): Weight => parts.map(weigh).reduce(plus, own);

  /** Neighbours that fit into one machine, together; a wait stays with what it is for. */
  const bins = (parts: readonly Plan[]): readonly (readonly Plan[])[] => {
    const found: Plan[][] = [];
    let weight = nothing;
    for (const [place, part] of parts.entries()) {
      const more = plus(weight, weigh(part));
      const afterWait = parts[place - 1]?.kind === 'wait';
      if (found.length === 0 || (!fits(more) && !afterWait)) {
        found.push([part]);
        weight = weigh(part);
      } else {
        found.at(-1)?.push(part);
        weight = more;
      }
    }
    return found;
  };

  const of = (kind: Plan['kind'], parts: readonly Plan[]): Plan => {
    const [only] = parts;
    if (parts.length === 1 && only) return only;
    return kind === 'parallel' ? { kind, branches: parts } : { kind: 'sequence', parts };
  };

  const whole = (kind: Plan['kind'], parts: readonly Plan[]): Plan => {
    const part = of(kind, parts);
    if (!weights.has(part)) weights.set(part, sum(parts, kind === 'parallel' ? parallelWeight(parts.length) : nothing));
    return part;
  };

  for (const part of outermostFirst(plan).toReversed()) {
    if (part.kind === 'node' || part.kind === 'wait') {
      weights.set(part, part.kind === 'node' ? weightOf(part.id) : waitWeight);
      made.set(part, part);
      continue;
    }
    let parts = partsIn(part).map((inner) => made.get(inner) ?? inner);
    while (!fits(sum(parts, parallelWeight(parts.length))) && parts.length > 1) {
      const fewer = bins(parts).map((bin) => {
        const together = whole(part.kind, bin);
        // A machine for less than its own start is worth nothing.
        if (weigh(together).bytes > 2 * startWeight.bytes) packed.add(together);
        return together;
      });
      if (fewer.length === parts.length && fewer.every((each, place) => each === parts[place])) break;
      parts = fewer;
    }
    made.set(part, whole(part.kind, parts));
  }
  return { plan: made.get(plan) ?? plan, packed };
};
