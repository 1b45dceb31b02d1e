// What a map does with each batch: a stage's Lambda, or a small graph of them, planned like any other.
import type { MapNode } from '../../definition/index.ts';
import { batchesOf, batchName, besideOf, type GraphNode, giverIn } from '../../graph/index.ts';
import { constant } from '../constant.ts';
import { spreadOf } from '../map-mode.ts';
import { planOf } from '../plan/index.ts';
import { nothing, unchanged } from './flow-state.ts';
import { releaseOf, releasesOf, runWithScope } from './latch.ts';
import { emitLevel } from './level.ts';
import { operator } from './operator.ts';
import type { BatchPlace, Emission, Piece, State } from './piece.ts';
import { emitPool, leaseField } from './pool.ts';
import { patienceOf, stageCall } from './stage-call.ts';

/** Batch by batch: the map, and those that are in one Map with it; `settle` takes what failed for good. */
export const processorStates = (graph: GraphNode, emission: Emission): State => {
  const head = graph.node as MapNode; // Only maps have batches.
  const level = batchesOf(graph);
  const planning = planOf(level.nodes);
  const releases = releasesOf(planning.latches);
  const mapOf = new Map([graph, ...(graph.followers ?? [])].map(({ id }) => [batchName(id), id]));
  emission.addReleasing([...releases.keys()].flatMap((batch) => mapOf.get(batch) ?? []));
  let parallels = 0;
  const inside: Emission = {
    ...emission,
    batch: placeOf(head),
    gives: () => false,
    releasesOf: (batch) => releases.get(batch) ?? [],
    nameParallel: () => {
      parallels += 1;
      return `${graph.id}.parallel.${parallels}`;
    },
  };
  const members = new Set(mapOf.values());
  const { start, states } = emitLevel(level, planning, null, inside, ({ node }, next, within) =>
    batchStates(node as MapNode, head, members, next, within),
  );
  return { StartAt: start, States: states };
};

/** ItemBatcher, which hands out rows, wraps what it hands on. */
const placeOf = ({ rows }: MapNode): BatchPlace =>
  rows
    ? {
        run: '$states.input.BatchInput.run',
        chosen: '$states.input.BatchInput.chosen',
        number: '$states.input.Items[0].index',
      }
    : { run: '$states.input.run', chosen: '$states.input.chosen', number: '$states.input.index' };

const batchStates = (
  node: MapNode,
  head: MapNode,
  members: ReadonlySet<string>,
  next: string | null,
  emission: Emission,
): Piece => {
  const start = batchName(node.id);
  const failed = `${node.id}.failed`;
  const place = emission.batch ?? placeOf(head);
  const release = releaseOf(start, emission);
  const call: State = {
    run: `{% ${release.release ? runWithScope(place) : place.run} %}`,
    stage: node.id,
    bind: constant(node.bind),
    after: node.after.filter((id) => !members.has(id)), // their batches are done, which is what there is to wait for
    control: [],
    chosen: `{% ${place.chosen} %}`,
    ...release,
    ...patienceOf(node.stage),
    ...(node.shares ? { shares: node.shares } : {}),
    ...(node.cache ? { cache: constant(node.cache) } : {}),
    ...(node.fold ? { fold: constant(node.fold) } : {}),
    batch: batchOf(node, head, members, place),
    ...spreadField(node),
    ...leaseField(node.pool),
  };
  const pooled =
    node.pool &&
    emitPool(
      {
        name: start,
        pool: node.pool,
        stages: [node.stage],
        id: node.id,
        run: `{% ${place.run} %}`,
        chosen: `{% ${place.chosen} %}`,
        bind: node.bind,
        after: node.after.filter((id) => !members.has(id)),
        batch: { batch: batchOf(node, head, members, place), ...spreadField(node) },
        onError: failed,
      },
      emission,
    );
  const output = next === null ? nothing : unchanged;
  return {
    start: pooled?.start ?? start,
    states: {
      ...pooled?.states,
      ...stageCall({
        name: start,
        stage: node.stage,
        placeholder: `stage_${node.id}`,
        payload: call,
        output,
        outputInstead: output,
        onError: failed,
        next,
      }),
      [failed]: operator('settle', { action: 'batchFailed', call, error: '{% $states.input.failure %}' }, output, next),
    },
  };
};

/** Where the records of very many batches at once are. */
export const spreadField = (node: MapNode): State => {
  const spread = spreadOf(node);
  return spread > 1 ? { spread } : {};
};

/** Where the batch's items are: in what the map before made of its batch, in the rows that were handed on, or in a list. */
const batchOf = (node: MapNode, head: MapNode, members: ReadonlySet<string>, place: BatchPlace): State => {
  const { items } = node;
  const number = `{% ${place.number} %}`;
  const before = giverIn(node, members);
  if (before !== undefined) return { follows: before, index: number };
  const beside = besideOf(node, members);
  const joined = beside.length > 0 ? { beside } : {};
  if (head.rows) return { rows: '{% $states.input.Items %}', ...joined };
  return { items: constant(items), index: number, size: '{% $states.input.size %}', ...joined };
};
