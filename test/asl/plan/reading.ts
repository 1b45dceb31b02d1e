// What a plan means, worked out as plainly as possible: the order that it holds, and how long it takes.
import type { Latch, Plan, Planned, Planning } from '../../../lib/asl/plan/index.ts';

export const inner = (plan: Plan): readonly Plan[] =>
  plan.kind === 'sequence' ? plan.parts : plan.kind === 'parallel' ? plan.branches : [];

/** Every part of a plan, itself included. */
export const partsIn = (plan: Plan): readonly Plan[] => [plan, ...inner(plan).flatMap(partsIn)];

export const nodesIn = (plan: Plan): readonly string[] =>
  partsIn(plan).flatMap((part) => (part.kind === 'node' ? [part.id] : []));

/** All pairs `a before b` that follow from needs. */
export const closureOf = (nodes: readonly Planned[]): ReadonlySet<string> => {
  const before = new Map<string, Set<string>>();
  const needs = new Map(
    nodes.map(({ id, needs: own }) => [id, own.filter((need) => nodes.some((n) => n.id === need))]),
  );
  const of = (id: string): Set<string> => {
    const known = before.get(id);
    if (known) return known;
    const all = new Set((needs.get(id) ?? []).flatMap((need) => [need, ...of(need)]));
    before.set(id, all);
    return all;
  };
  return new Set(nodes.flatMap(({ id }) => [...of(id)].map((need) => `${need} before ${id}`)));
};

/** The plan as needs: what stands before in a sequence, and what a wait names, is needed. */
export const neededIn = ({ plan, latches }: Planning): readonly Planned[] => {
  const producersOf = new Map(latches.map(({ name, producers }) => [name, producers]));
  const needs: Planned[] = [];
  const walk = (part: Plan, before: readonly string[]): readonly string[] => {
    switch (part.kind) {
      case 'node':
        needs.push({ id: part.id, needs: before });
        return [part.id];
      case 'wait':
        return [...before, ...(producersOf.get(part.latch) ?? [])];
      case 'sequence':
        return part.parts.reduce((done, next) => walk(next, done), before);
      case 'parallel':
        return part.branches.flatMap((branch) => walk(branch, before));
    }
  };
  walk(plan, []);
  return needs;
};

const lookUp = (times: ReadonlyMap<string, number>, id: string): number => times.get(id) ?? 0;

/** When the plan ends if each node takes its seconds and every branch starts as soon as it may. */
export const makespanOf = ({ plan, latches }: Planning, seconds: ReadonlyMap<string, number>): number => {
  const producersOf = new Map(latches.map(({ name, producers }: Latch) => [name, producers]));
  const ends = new Map<string, number>();
  const endOf = (part: Plan, start: number): number => {
    switch (part.kind) {
      case 'node': {
        const end = start + lookUp(seconds, part.id);
        ends.set(part.id, end);
        return end;
      }
      case 'wait':
        return Math.max(start, ...(producersOf.get(part.latch) ?? []).map((id) => lookUp(ends, id)));
      case 'sequence':
        return part.parts.reduce((end, next) => endOf(next, end), start);
      case 'parallel':
        return Math.max(...part.branches.map((branch) => endOf(branch, start)));
    }
  };
  // A wait may stand before its producers in the text: again, until no end changes.
  for (let round = 0; round < seconds.size + 2; round++) {
    const known = [...ends].join();
    const end = endOf(plan, 0);
    if ([...ends].join() === known) return end;
  }
  throw new Error('the plan waits for itself');
};

/** The longest chain of needs, in seconds. */
export const criticalPathOf = (nodes: readonly Planned[], seconds: ReadonlyMap<string, number>): number => {
  const ends = new Map<string, number>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const endOf = (id: string): number => {
    const known = ends.get(id);
    if (known !== undefined) return known;
    const needs = (byId.get(id)?.needs ?? []).filter((need) => byId.has(need));
    const end = Math.max(0, ...needs.map(endOf)) + lookUp(seconds, id);
    ends.set(id, end);
    return end;
  };
  return Math.max(0, ...nodes.map(({ id }) => endOf(id)));
};
