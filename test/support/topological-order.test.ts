import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { topologicalRanks } from '../../lib/support/topological-order.ts';

const nodes = (edges: Record<string, string>) =>
  Object.entries(edges).map(([id, needs]) => ({ id, needs: needs.split(' ').filter(Boolean) }));

describe('topologicalRanks', () => {
  test.each<[string, Record<string, string>, object]>([
    ['nothing', {}, { ranks: [] }],
    ['a chain', { c: 'b', b: 'a', a: '' }, { ranks: [['a'], ['b'], ['c']] }],
    ['a diamond', { a: '', b: 'a', c: 'a', d: 'c b' }, { ranks: [['a'], ['b', 'c'], ['d']] }],
    ['ties in the order given', { z: '', y: '', x: '' }, { ranks: [['z', 'y', 'x']] }],
    ['needs outside the list', { a: 'elsewhere' }, { ranks: [['a']] }],
    ['a need told twice', { a: '', b: 'a a' }, { ranks: [['a'], ['b']] }],
    ['a loop', { a: 'a' }, { cycle: ['a', 'a'] }],
    ['a circle with a way in and out', { in: '', a: 'in b', b: 'a', out: 'b' }, { cycle: ['a', 'b', 'a'] }],
    ['what only waits for a circle first', { out: 'a', a: 'b', b: 'a' }, { cycle: ['a', 'b', 'a'] }],
  ])('%s', (_, edges, result) => {
    expect(topologicalRanks(nodes(edges))).toEqual(result);
  });

  const graphs = fc
    .array(fc.array(fc.nat({ max: 29 }), { maxLength: 4 }), { maxLength: 30 })
    .map((needs) => needs.map((those, id) => ({ id: `n${id}`, needs: those.map((need) => `n${need}`) })));

  test('each name comes once, one rank after the last of its needs; or a real circle comes back', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const known = new Map(
          graph.map((node) => [node.id, node.needs.filter((need) => graph.some(({ id }) => id === need))]),
        );
        const order = topologicalRanks(graph);
        if ('ranks' in order) {
          const rank = new Map(order.ranks.flatMap((ids, index) => ids.map((id) => [id, index] as const)));
          expect(order.ranks.flat().sort()).toEqual([...known.keys()].sort());
          for (const [id, needs] of known) {
            expect(rank.get(id)).toBe(Math.max(-1, ...needs.map((need) => rank.get(need) ?? Infinity)) + 1);
          }
        } else {
          expect(order.cycle.length).toBeGreaterThan(1);
          expect(order.cycle[0]).toBe(order.cycle.at(-1));
          order.cycle.slice(1).forEach((id, index) => {
            expect(known.get(id)).toContain(order.cycle[index]);
          });
        }
      }),
      { numRuns: 300 },
    );
  });
});
