// A level of a pipeline as states: planned, then written part by part. Nothing here recurses into the plan, which may be as
// deep as the pipeline is long.
import type { Node } from '../../definition/index.ts';
import { dependenciesOf, type GraphNode, type Level } from '../../graph/index.ts';
import { invariant } from '../../support/invariant.ts';
import { pack } from '../pack.ts';
import { type Latch, orderOf, outermostFirst, type Plan, type Planning, partsIn } from '../plan/index.ts';
import { emitChild } from './child.ts';
import { nothing, unchanged } from './flow-state.ts';
import { standsIn } from './gives.ts';
import { emitLatch, emitRelease, waitName } from './latch.ts';
import { type Emission, leadTo, type Piece, type State } from './piece.ts';
import { poolName } from './pool.ts';
import { controlToRead, emitRead, readName } from './read-control.ts';
import { weightOf } from './weight.ts';

export type EmitNode = (node: GraphNode, next: string | null, emission: Emission) => Piece;

/** Kinds of nodes whose own calls release their latches. After any other stands a state that does. */
const releasing: ReadonlySet<Node['kind']> = new Set(['task', 'map', 'wait', 'check']);

/** What all branches of a Parallel know together. */
const joined =
  "{% $merge([$states.input, {'control': $merge($states.result.control), 'chosen': $merge($states.result.chosen)}]) %}";

/** A part to write: into which states, and what comes after it. `quiet`: nobody reads what the branch ends with. */
interface Task {
  readonly part: Plan;
  readonly into: Record<string, State>;
  readonly next: string | null;
  readonly quiet: boolean;
  /** True for what stands in a packed part itself. */
  readonly inside?: boolean;
}

export const emitLevel = (
  level: Level,
  { plan: wanted, latches }: Planning,
  next: string | null,
  emission: Emission,
  emitNode: EmitNode,
): Piece => {
  const nodes = new Map(level.nodes.map((node) => [node.id, node]));
  const nodeOf = (id: string): GraphNode => {
    const node = nodes.get(id);
    invariant(node, `${id} was planned but is not there`);
    return node;
  };
  // A part of a batch stays in the machine of its map: it is small, and a machine of its own would be started for every batch.
  const { plan, packed } = emission.batch
    ? { plan: wanted, packed: new Set<Plan>() }
    : pack(wanted, (id) => weightOf(nodeOf(id), emission, emitNode));
  const latchOf = new Map(latches.map((latch) => [latch.name, latch]));
  const { reads, recorded } = acrossLatches(level, plan, latches);
  const all = outermostFirst(plan);
  const parallels = new Map<Plan, string>();
  const children = new Map<Plan, string>();
  for (const part of all) {
    if (part.kind === 'parallel') parallels.set(part, emission.nameParallel());
    if (packed.has(part)) children.set(part, emission.nameMachine());
  }
  const gives = givingParts(all, (id) => emission.gives(nodeOf(id)));

  /** The first state of a node: of a map, the pool is its batches'. */
  const entryOf = (id: string): string => {
    const { node } = nodeOf(id);
    const takes = node.kind === 'task' || (node.kind === 'map' && emission.batch !== undefined);
    return takes && node.pool ? poolName(id) : id;
  };

  /** `inside` a packed part, or from outside, where its child machine is started. */
  const startOf = (part: Plan, inside = false): string => {
    let at = part;
    while (at.kind === 'sequence' && at.parts[0] && (!children.has(at) || (inside && at === part))) at = at.parts[0];
    const child = inside && at === part ? undefined : children.get(at);
    if (child) return child;
    if (at.kind === 'node') return reads.has(at.id) ? readName(at.id) : entryOf(at.id);
    return at.kind === 'wait' ? waitName(at.latch) : (parallels.get(at) ?? '');
  };

  const writeNode = (id: string, { into, next: after, quiet }: Task): void => {
    const graph = nodeOf(id);
    const releases = !releasing.has(graph.node.kind) && (emission.releasesOf(id).length > 0 || recorded.has(id));
    const release = releases ? emitRelease(id, choicesIn(graph), after, emission) : undefined;
    const read = reads.get(id);
    if (read) Object.assign(into, emitRead(id, read, entryOf(id), emission).states);
    const states = { ...emitNode(graph, release?.start ?? after, emission).states, ...release?.states };
    for (const [name, state] of Object.entries(states))
      into[name] = quiet && state.End === true ? { ...state, Output: nothing } : state;
  };

  const states: Record<string, State> = {};
  const open: Task[] = [{ part: plan, into: states, next, quiet: emission.batch !== undefined }];
  for (let task = open.pop(); task; task = open.pop()) {
    const { part, into, next: after, quiet } = task;
    const child = task.inside ? undefined : children.get(part);
    if (child) {
      const own: Record<string, State> = {};
      const state = emitChild(child, gives.has(part), after, emission.longestSeconds);
      into[child] = after === null && quiet ? { ...state, Output: nothing } : state;
      emission.addMachine({ placeholder: child, start: startOf(part, true), states: own });
      open.push({ part, into: own, next: null, quiet: !gives.has(part), inside: true });
    } else if (part.kind === 'node') writeNode(part.id, task);
    else if (part.kind === 'wait') {
      const latch = latchOf.get(part.latch);
      invariant(latch && after !== null, `the wait ${part.latch} is for nothing, or nothing comes after it`);
      into[waitName(part.latch)] = emitLatch(latch, after, emission);
    } else if (part.kind === 'sequence') {
      const parts = partsIn(part);
      for (const [place, inner] of [...parts.entries()].reverse()) {
        const follower = parts[place + 1];
        open.push({ part: inner, into, next: follower ? startOf(follower) : after, quiet });
      }
    } else {
      const branches = part.branches.map((branch) => {
        const inside: Record<string, State> = {};
        return { branch, inside, state: { StartAt: startOf(branch), States: inside } };
      });
      into[parallels.get(part) ?? ''] = {
        Type: 'Parallel',
        Branches: branches.map(({ state }) => state),
        Output: after === null && quiet ? nothing : gives.has(part) ? joined : unchanged,
        ...leadTo(after),
      };
      for (const { branch, inside } of branches.toReversed())
        open.push({ part: branch, into: inside, next: null, quiet: !gives.has(branch) });
    }
  }
  return { start: startOf(plan), states };
};

/** The parts of a plan in which a node leaves something in the flow's state. */
const givingParts = (all: readonly Plan[], givesNode: (id: string) => boolean): ReadonlySet<Plan> => {
  const giving = new Set<Plan>();
  for (const part of all.toReversed()) {
    const gives = part.kind === 'node' ? givesNode(part.id) : partsIn(part).some((inner) => giving.has(inner));
    if (gives) giving.add(part);
  }
  return giving;
};

/**
 * What the flow's state does not bring across latches. `reads`: the nodes that must read control values first, and which. `recorded`: the
 * nodes with choices that others ask the ledger for; they wait for what comes after the choice, perhaps, and not for the choice itself.
 */
const acrossLatches = (level: Level, plan: Plan, latches: readonly Latch[]) => {
  const reads = new Map<string, NonNullable<ReturnType<typeof controlToRead>>>();
  const recorded = new Set<string>();
  if (latches.length === 0) return { reads, recorded };
  const [home, isBefore] = [standsIn(level), orderOf(plan)];
  const choices = new Set(level.nodes.flatMap(choicesIn));
  for (const node of level.nodes) {
    const comesBefore = (other: string): boolean => isBefore(`node ${other}`, `node ${node.id}`);
    const read = controlToRead(node, home, comesBefore);
    if (read) reads.set(node.id, read);
    for (const id of [node, ...(node.followers ?? [])].flatMap((each) => dependenciesOf(each.node))) {
      const at = choices.has(id) ? home.get(id) : undefined;
      if (at !== undefined && at !== node.id && !comesBefore(at)) recorded.add(at);
    }
  }
  return { reads, recorded };
};

/** A choice and those inside it. */
const choicesIn = (graph: GraphNode): readonly string[] =>
  graph.node.kind === 'choose'
    ? [graph.id, ...[graph.onTrue, graph.onFalse].flatMap((level) => (level?.nodes ?? []).flatMap(choicesIn))]
    : [];
