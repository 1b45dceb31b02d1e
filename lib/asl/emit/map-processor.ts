import type { MapNode } from '../../definition/index.ts';
import { constant } from '../constant.ts';
import { nothing, unchanged } from './flow-state.ts';
import { operator } from './operator.ts';
import type { State } from './piece.ts';
import { stageCall } from './stage-call.ts';

/**
 * What a map does with each batch: the stage's Lambda, and `settle` for what failed for good; then, batch by batch, the maps
 * that follow it over what it gave.
 */
export const processorStates = (chain: readonly [MapNode, ...MapNode[]]): State => {
  const [head] = chain;
  const states = chain.map((node, place) => batchStates(node, head, chain[place - 1], chain[place + 1]));
  return { StartAt: batchName(head), States: Object.assign({}, ...states) };
};

const batchName = ({ id }: MapNode): string => `${id}.batch`;

const batchStates = (
  node: MapNode,
  head: MapNode,
  before: MapNode | undefined,
  after: MapNode | undefined,
): { readonly [name: string]: State } => {
  const failed = `${node.id}.failed`;
  const given = head.rows ? '$states.input.BatchInput' : '$states.input'; // ItemBatcher wraps what it hands on
  const call: State = {
    run: `{% ${given}.run %}`,
    stage: node.id,
    bind: constant(node.bind),
    after: node.after.filter((id) => id !== before?.id), // its batch is done, which is what there is to wait for
    control: [],
    chosen: `{% ${given}.chosen %}`,
    ...(node.shares ? { shares: node.shares } : {}),
    batch: batchOf(node, head, before),
  };
  const output = after ? unchanged : nothing;
  return {
    ...stageCall({
      name: batchName(node),
      stage: node.stage,
      placeholder: `stage_${node.id}`,
      payload: call,
      output,
      outputInstead: output,
      onError: failed,
      next: after ? batchName(after) : null,
    }),
    [failed]: operator(
      'settle',
      { action: 'batchFailed', call, error: '{% $states.input.failure %}' },
      output,
      after ? batchName(after) : null,
    ),
  };
};

/** Where the batch's items are: in a list, in the rows that were handed on, or in what the map before made of its batch. */
const batchOf = (node: MapNode, head: MapNode, before: MapNode | undefined): State => {
  const number = head.rows ? '{% $states.input.Items[0].index %}' : '{% $states.input.index %}';
  if (before) return { follows: before.id, index: number };
  if (head.rows) return { rows: '{% $states.input.Items %}' };
  return { items: constant(node.items), index: number, size: '{% $states.input.size %}' };
};
