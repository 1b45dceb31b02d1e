import type { MapNode } from '../../definition/index.ts';
import type { GraphNode } from '../../graph/index.ts';
import { constant } from '../constant.ts';
import { controlOfStage, expression } from '../control.ts';
import { mapModeOf, mostBatchesOf } from '../map-mode.ts';
import { caught, withControl, withControlInstead } from './flow-state.ts';
import { releaseOf } from './latch.ts';
import { processorStates } from './map-processor.ts';
import { rowsFields } from './map-rows.ts';
import { operator } from './operator.ts';
import type { Emission, Piece, State } from './piece.ts';

export const emitMap = (node: MapNode, next: string | null, emission: Emission, graph: GraphNode): Piece => {
  const { id, rows } = node;
  const chain: readonly [MapNode, ...MapNode[]] = [node, ...followersOf(graph)];
  const mode = mapModeOf(...chain);
  const isDistributed = mode.kind === 'distributed';
  const broken = `${id}.broken`;
  const size = sizeExpression(node);
  const state: State = {
    Type: 'Map',
    ...(rows ? rowsFields(node, rows) : batchFields(node, size)),
    MaxConcurrency: node.concurrency,
    ...(isDistributed ? distributedFields(node) : {}),
    ItemProcessor: {
      ProcessorConfig: isDistributed
        ? { Mode: 'DISTRIBUTED', ExecutionType: mode.children ?? 'STANDARD' }
        : { Mode: 'INLINE' },
      ...processorStates(chain),
    },
    ...(isDistributed ? { Catch: [caught(broken)] } : {}),
    Output: '{% $states.input %}',
    Next: doneName(node),
  };
  const ends: Record<string, State> = {};
  for (const [place, each] of chain.entries()) {
    const [before, after] = [chain[place - 1], chain[place + 1]];
    const control = controlOfStage(each.id, emission.needs);
    const then = after ? doneName(after) : next;
    // Who waits for the maps waits for the last of them; the planner knows the first.
    const facts = { ...factsOf(each, control), ...(after ? {} : releaseOf(id, emission)) };
    const lost: State = before ? { follows: before.id } : rows ? {} : { size: `{% ${size} %}` };
    ends[doneName(each)] = operator(
      'settle',
      { action: 'mapDone', ...facts, tolerate: constant(each.tolerate), ...(isDistributed ? lost : {}) },
      withControl(each.id, control),
      then,
    );
    if (isDistributed && !before)
      ends[broken] = operator(
        'settle',
        { action: 'mapFailed', ...facts, error: '{% $states.input.failure %}' },
        withControlInstead(each.id, control),
        then,
      );
  }
  return { start: id, states: { [id]: state, ...ends } };
};

const doneName = ({ id }: MapNode): string => `${id}.done`;

const followersOf = ({ followers = [] }: GraphNode): readonly MapNode[] =>
  followers.flatMap(({ node }) => (node.kind === 'map' ? [node] : []));

const factsOf = (node: MapNode, control: ReturnType<typeof controlOfStage>): State => ({
  run: '{% $states.input.run %}',
  stage: node.id,
  items: constant(node.items),
  bind: constant(node.bind),
  after: node.after,
  chosen: '{% $states.input.chosen %}',
  control: constant(control),
  ...(node.onFailure ? { onFailure: constant(node.onFailure) } : {}),
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
