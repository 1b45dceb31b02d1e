// A map over the outputs of a map, joined with it: a batch of the second runs as soon as that batch of the first is done,
// where two maps one after the other would wait for the slowest batch in between.
import { choicesIn, type MapNode, refsIn } from '../definition/index.ts';
import type { GraphNode, Level } from './graph.ts';

/**
 * The level with such maps as one node each: the first of them, with the others as `followers`. Only where nobody waits longer
 * for it, and where it breaks no limit that was set: equal concurrency, and batches that the follower takes as they come.
 */
export const fuseMaps = (level: Level): Level => {
  const byId = new Map(level.nodes.map((node) => [node.id, node]));
  const above = ancestorsIn(level);
  const home = new Map<string, string>();
  const followers = new Map<string, GraphNode[]>();

  for (const node of level.nodes) {
    const giver = byId.get(giverOf(node) ?? '');
    if (!giver || !givesItems(giver)) continue;
    const head = byId.get(home.get(giver.id) ?? giver.id) ?? giver;
    const chain = followers.get(head.id) ?? [];
    if ((chain.at(-1) ?? head) !== giver) continue; // another map follows that one
    const others = node.needs.filter((id) => id !== giver.id);
    if (!others.every((id) => above(head.id).has(id))) continue;
    const readers = level.nodes.filter((other) => other !== node && other.needs.includes(giver.id));
    if (!readers.every((reader) => above(reader.id).has(node.id))) continue;
    if (!sameLimits(node.node as MapNode, head.node as MapNode)) continue; // both are maps: `giverOf` and `givesItems` say so
    home.set(node.id, head.id);
    followers.set(head.id, [...chain, node]);
  }
  if (home.size === 0) return level;
  return {
    nodes: level.nodes
      .filter(({ id }) => !home.has(id))
      .map((node) => {
        const needs = [...new Set(node.needs.map((id) => home.get(id) ?? id))].filter((id) => id !== node.id);
        const chain = followers.get(node.id);
        return { ...node, needs, ...(chain ? { followers: chain } : {}) };
      }),
  };
};

/** The map whose outputs, and nothing else of it, a map goes over. */
const giverOf = ({ node }: GraphNode): string | undefined => {
  if (node.kind !== 'map' || node.rows || node.items.kind !== 'ref') return undefined;
  const { source, path } = node.items;
  if (source.kind !== 'stage' || path.length !== 1 || path[0] !== 'outputs') return undefined;
  const alsoRead = refsIn(node.bind).some((ref) => ref.source.kind === 'stage' && ref.source.stage === source.stage);
  return alsoRead || choicesIn(node.bind).includes(source.stage) ? undefined : source.stage;
};

/** Where the giver may give something else than its items' outputs, its batches are not what the follower maps over. */
const givesItems = ({ node }: GraphNode): boolean => node.kind === 'map' && typeof node.onFailure !== 'object';

const sameLimits = (follower: MapNode, head: MapNode): boolean =>
  follower.concurrency === head.concurrency && follower.batch >= head.batch;

/** All that a node needs, at any distance. */
const ancestorsIn = (level: Level): ((id: string) => ReadonlySet<string>) => {
  const byId = new Map(level.nodes.map((node) => [node.id, node]));
  const known = new Map<string, ReadonlySet<string>>();
  return (id) => {
    const before = known.get(id);
    if (before) return before;
    const found = new Set<string>(byId.get(id)?.needs ?? []);
    for (const one of found) for (const further of byId.get(one)?.needs ?? []) found.add(further);
    known.set(id, found);
    return found;
  };
};
