// Random graphs of several kinds, from a seed.
import type { Planned } from '../../../lib/asl/plan/index.ts';

export type Random = () => number;

export const randomOf = (seed: number): Random => {
  let state = Math.imul(seed, 2654435761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), 61 | bits);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
};

const below = (random: Random, limit: number): number => Math.floor(random() * limit);
const nodeOf = (number: number, needs: readonly number[]): Planned => ({
  id: `n${number}`,
  needs: [...new Set(needs)].map((need) => `n${need}`),
});

/** Each node needs some of those before it. */
const ordered = (random: Random, size: number): readonly Planned[] => {
  const most = 1 + below(random, 4);
  return Array.from({ length: size }, (_, node) =>
    nodeOf(node, node === 0 ? [] : Array.from({ length: below(random, most + 1) }, () => below(random, node))),
  );
};

/** Ranks, in which each node needs some of the rank before. */
const layered = (random: Random, size: number): readonly Planned[] => {
  const width = 1 + below(random, Math.ceil(size / 2));
  const density = random();
  return Array.from({ length: size }, (_, node) => {
    const rank = Math.floor(node / width);
    const before = Array.from({ length: width }, (__, place) => (rank - 1) * width + place);
    return nodeOf(node, rank === 0 ? [] : before.filter(() => random() < density));
  });
};

/** Grown by putting nodes beside or after others: always series-parallel. */
export const seriesParallel = (random: Random, size: number): readonly Planned[] => {
  const needs = new Map<number, readonly number[]>();
  const grow = (from: number, to: number, before: readonly number[]): readonly number[] => {
    if (to - from === 1) {
      needs.set(from, before);
      return [from];
    }
    const middle = from + 1 + below(random, to - from - 1);
    if (random() < 0.5) return grow(middle, to, grow(from, middle, before));
    return [...grow(from, middle, before), ...grow(middle, to, before)];
  };
  grow(0, size, []);
  return Array.from({ length: size }, (_, node) => nodeOf(node, needs.get(node) ?? []));
};

/** A series-parallel graph with a few needs more: forks inside forks that almost close. */
const almost = (random: Random, size: number): readonly Planned[] =>
  seriesParallel(random, size).map((node, number) =>
    number > 0 && random() < 0.15 ? { ...node, needs: [...node.needs, `n${below(random, number)}`] } : node,
  );

const kinds = [ordered, layered, seriesParallel, almost];

/** A graph of 2 to 60 nodes. */
export const randomGraph = (seed: number): readonly Planned[] => {
  const random = randomOf(seed);
  const kind = kinds[seed % kinds.length] ?? ordered;
  return kind(random, 2 + below(random, 59));
};
