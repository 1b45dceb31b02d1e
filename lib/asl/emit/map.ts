import type { MapNode } from '../../definition/index.ts';
import { batchesOf, besideOf, type GraphNode, giverIn } from '../../graph/index.ts';
import { invariant } from '../../support/invariant.ts';
import { topologicalRanks } from '../../support/topological-order.ts';
import { constant } from '../constant.ts';
import { controlOfStage, expression } from '../control.ts';
import { modeOf, mostBatchesOf } from '../map-mode.ts';
import { caught, unchanged, withControl, withControlInstead } from './flow-state.ts';
import { releaseOf } from './latch.ts';
import { processorStates, spreadField } from './map-processor.ts';
import { brokenStates, caughtTooLarge, isMendable, rowsFields } from './map-rows.ts';
import { operator } from './operator.ts';
import type { Emission, Piece, State } from './piece.ts';

export const emitMap = (node: MapNode, next: string | null, emission: Emission, graph: GraphNode): Piece => {
  const { id, rows } = node;
  const members = membersOf(graph);
  const mode = modeOf(graph);
  const isDistributed = mode.kind === 'distributed';
  const size = sizeExpression(node);
  const first = members[0]?.node ?? node;
  const state: State = {
    Type: 'Map',
    ...(rows ? rowsFields(node, rows, first.id) : batchFields(node, size)),
    MaxConcurrency: node.concurrency,
    ...(isDistributed ? distributedFields(node) : {}),
    ItemProcessor: {
      ProcessorConfig: isDistributed
        ? { Mode: 'DISTRIBUTED', ExecutionType: mode.children ?? 'STANDARD' }
        : { Mode: 'INLINE' },
      ...processorStates(graph, emission),
    },
    ...(isDistributed
      ? { Catch: [...(rows ? [caughtTooLarge(brokenName(first))] : []), caught(brokenName(first))] }
      : {}),
    Output: rows && isMendable(rows) ? withControlInstead(id, []) : unchanged,
    Next: doneName(first),
  };
  const ids = new Set(members.map((each) => each.node.id));
  const ends: Record<string, State> = {};
  for (const [place, { node: each, needs }] of members.entries()) {
    const after = members[place + 1];
    const control = controlOfStage(each.id, emission.needs);
    const then = after ? doneName(after.node) : next;
    // Who waits for the maps waits for the last of them; the planner knows the first.
    const facts = { ...factsOf(each, control), ...(after ? {} : releaseOf(id, emission)) };
    const beside = besideOf(each, ids);
    const lost: State = isDistributed ? lostFields(each, ids, `{% ${size} %}`) : {};
    ends[doneName(each)] = operator(
      'settle',
      {
        action: 'mapDone',
        ...facts,
        tolerate: constant(each.tolerate),
        ...lost,
        ...(mode.children === 'EXPRESS' ? { express: true } : {}),
        ...(emission.indexed.has(each.id) ? { index: true } : {}),
        ...(beside.length > 0 ? { beside } : {}),
      },
      withControl(each.id, control),
      then,
    );
    // Those that read nothing of the others broke off with the Map; the others will find that these did not complete.
    if (isDistributed && needs.length === 0) {
      const goesOn = after?.needs.length === 0;
      // What the next records is the same failure; that there was a copy of the rows, no state behind is to find.
      const [output, to] = goesOn
        ? [withControlInstead(each.id, control, ['failure']), brokenName(after.node)]
        : [withControlInstead(each.id, control), then];
      const payload: State = { action: 'mapFailed', ...facts, error: '{% $states.input.failure %}' };
      if (place === 0 && rows) Object.assign(ends, brokenStates(node, rows, brokenName(each), payload, output, to));
      else ends[brokenName(each)] = operator('settle', payload, output, to);
    }
  }
  return { start: id, states: { [id]: state, ...ends } };
};

interface Member {
  readonly node: MapNode;
  /** The batches of the same Map that come before its own. */
  readonly needs: readonly string[];
}

/** The maps of one Map, those that need none of the others first. */
const membersOf = (graph: GraphNode): readonly Member[] => {
  const { nodes } = batchesOf(graph);
  const order = topologicalRanks([...nodes].sort((one, other) => (one.id < other.id ? -1 : 1)));
  invariant('ranks' in order, 'the maps of one Map need each other in a circle');
  const byId = new Map(nodes.map((each) => [each.id, each]));
  return order.ranks.flat().flatMap((id): Member[] => {
    const { node, needs = [] } = byId.get(id) ?? {};
    return node?.kind === 'map' ? [{ node, needs }] : [];
  });
};

/** What `settle` finds batches by that ended without a word. */
const lostFields = (node: MapNode, members: ReadonlySet<string>, size: string): State => {
  const before = giverIn(node, members);
  if (before !== undefined) return { follows: before };
  return node.rows ? {} : { size };
};

const brokenName = ({ id }: MapNode): string => `${id}.broken`;

const doneName = ({ id }: MapNode): string => `${id}.done`;

const factsOf = (node: MapNode, control: ReturnType<typeof controlOfStage>): State => ({
  run: '{% $states.input.run %}',
  stage: node.id,
  items: constant(node.items),
  bind: constant(node.bind),
  after: node.after,
  chosen: '{% $states.input.chosen %}',
  control: constant(control),
  ...(node.onFailure ? { onFailure: constant(node.onFailure) } : {}),
  ...spreadField(node),
});

/** Items of a batch: what the author said, or more, for there are only so many batches. */
const sizeExpression = (node: MapNode): string =>
  `$max([${node.batch}, $ceil(${expression(node.items, true)} / ${mostBatchesOf(node)})])`;

/** Batches of a list that is in the ledger: only their numbers are handed out. */
const batchFields = (node: MapNode, size: string): State => {
  const count = expression(node.items, true);
  return {
    Items: `{% (${count} > 0 ? [0..$ceil(${count} / ${size}) - 1] : []) %}`,
    ItemSelector: {
      run: '{% $states.input.run %}',
      chosen: '{% $states.input.chosen %}',
      index: '{% $states.context.Map.Item.Value %}',
      size: `{% ${size} %}`,
    },
  };
};

/** AWS: a label has up to 40 characters. */
const longestLabel = 40;

const distributedFields = ({ id, rows }: MapNode): State => ({
  ...(id.length <= longestLabel ? { Label: id } : {}),
  // A batch that its child lost is settled by `mapDone`, which knows the batches of a list; of a file nobody else knows the rows.
  ...(rows ? {} : { ToleratedFailurePercentage: 100 }),
});
