// Maps over the same items, joined into one: a batch goes from stage to stage by itself, where maps one after the other would
// wait for the slowest batch in between.
import { besideIn, choicesIn, type MapNode, refsIn } from '../definition/index.ts';
import type { GraphNode, Level } from './graph.ts';

/**
 * The level with such maps as one node each: the first of them, with the others as `followers`. The stages of a `flow.each`
 * are one by what was said. Maps over the outputs of a map, and over theirs, are joined with it where nobody waits longer for
 * that, and where it breaks no limit that was set: equal concurrency, and batches that the follower takes as they come.
 */
export const fuseMaps = (level: Level): Level => {
  const maps = level.nodes.filter(({ node }) => node.kind === 'map');
  const readers = readersIn(level);
  const above = ancestorsIn(level);
  const home = new Map<string, string>();
  const followers = new Map<string, readonly GraphNode[]>();
  for (const head of maps) {
    if (home.has(head.id)) continue;
    const own = eachOf(head) === undefined ? [head] : maps.filter((other) => eachOf(other) === eachOf(head));
    const joined = new Set([...own, ...joinable(own, readers, above)]);
    if (joined.size === 1) continue;
    for (const { id } of joined) home.set(id, head.id);
    followers.set(
      head.id,
      maps.filter((each) => each !== head && joined.has(each)),
    );
  }
  if (home.size === 0) return level;
  return {
    nodes: level.nodes
      .filter(({ id }) => (home.get(id) ?? id) === id)
      .map((node) => {
        const behind = followers.get(node.id) ?? [];
        const needs = [node, ...behind].flatMap((each) => each.needs.map((id) => home.get(id) ?? id));
        return {
          ...node,
          needs: [...new Set(needs)].filter((id) => id !== node.id),
          ...(behind.length > 0 ? { followers: behind } : {}),
        };
      }),
  };
};

const eachOf = ({ node }: GraphNode): string | undefined => (node.kind === 'map' ? node.each : undefined);

/** The maps that can join `own`, with those that join them. */
const joinable = (
  own: readonly GraphNode[],
  readers: (id: string) => readonly GraphNode[],
  above: (id: string) => ReadonlySet<string>,
): readonly GraphNode[] => {
  const known = new Set<string>();
  const members = [...own];
  const [head] = own;
  for (const giver of members) {
    if (!givesItems(giver)) continue;
    for (const node of readers(giver.id)) {
      if (giverOf(node) !== giver.id || eachOf(node) !== undefined) continue;
      if (known.size === 0) for (const { id } of own) for (const each of [id, ...above(id)]) known.add(each);
      if (!node.needs.every((id) => id === giver.id || known.has(id))) continue;
      if (head && sameLimits(node.node as MapNode, head.node as MapNode)) members.push(node); // `giverOf` says it is a map
    }
  }
  return members.length === own.length ? [] : unhurried(new Set(members), own, readers, above);
};

/** Of the members of a group, those beside `own` for which nobody outside waits who did not before. */
const unhurried = (
  members: Set<GraphNode>,
  own: readonly GraphNode[],
  readers: (id: string) => readonly GraphNode[],
  above: (id: string) => ReadonlySet<string>,
): readonly GraphNode[] => {
  const drop = (late: GraphNode): void => {
    members.delete(late);
    for (const next of members) if (giverOf(next) === late.id) drop(next);
  };
  for (let before = -1; before !== members.size; ) {
    before = members.size;
    for (const { id } of [...members])
      for (const reader of readers(id)) {
        if (members.has(reader)) continue;
        const late = [...members].filter((each) => !own.includes(each) && !above(reader.id).has(each.id));
        for (const each of late) drop(each);
      }
  }
  for (const each of own) members.delete(each);
  return [...members];
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

/** Of a node with followers: what it and each of them does with a batch, and after which others of them. */
export const batchesOf = (head: GraphNode): Level => {
  const all = [head, ...(head.followers ?? [])];
  const inside = new Map(all.map(({ id }) => [id, batchName(id)]));
  return {
    nodes: all.map(({ node, id }) => ({
      node,
      id: batchName(id),
      needs: (node.kind === 'map' ? insideNeeds(node) : []).flatMap((need) => inside.get(need) ?? []),
    })),
  };
};

/** What is done with a batch: a state of that name. */
export const batchName = (map: string): string => `${map}.batch`;

/** The map of the same Map over whose outputs a map goes. */
export const giverIn = ({ items }: MapNode, members: ReadonlySet<string>): string | undefined =>
  items.kind === 'ref' && items.source.kind === 'stage' && members.has(items.source.stage)
    ? items.source.stage
    : undefined;

/** Those of a Map's other stages that have to be done with a batch before this one. */
const insideNeeds = (node: MapNode): readonly string[] => {
  const giver = node.items.kind === 'ref' && node.items.source.kind === 'stage' ? [node.items.source.stage] : [];
  return [...giver, ...besideIn(node.bind), ...node.after];
};

/** The stages of its `flow.each` whose outputs for an item a stage reads, or comes after: it gets items that all of them gave. */
export const besideOf = (node: MapNode, members: ReadonlySet<string>): readonly string[] =>
  node.each === undefined
    ? []
    : [...new Set([...besideIn(node.bind), ...node.after])].filter((id) => members.has(id)).sort();

const readersIn = ({ nodes }: Level): ((id: string) => readonly GraphNode[]) => {
  const found = new Map<string, GraphNode[]>();
  for (const node of nodes)
    for (const need of node.needs) {
      const known = found.get(need);
      if (known) known.push(node);
      else found.set(need, [node]);
    }
  return (id) => found.get(id) ?? [];
};

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
