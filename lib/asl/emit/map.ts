import type { MapNode } from '../../definition/index.ts';
import { constant } from '../constant.ts';
import { controlOfStage, expression } from '../control.ts';
import { type MapMode, mapModeOf, mostDistributedBatches, mostInlineBatches } from '../map-mode.ts';
import { caught, withControl, withControlInstead } from './flow-state.ts';
import { releaseOf } from './latch.ts';
import { processorStates } from './map-processor.ts';
import { rowsFields } from './map-rows.ts';
import { operator } from './operator.ts';
import type { Emission, Piece, State } from './piece.ts';

export const emitMap = (node: MapNode, next: string | null, emission: Emission): Piece => {
  const control = controlOfStage(node.id, emission.needs);
  const { id, rows } = node;
  const broken = `${id}.broken`;
  const done = `${id}.done`;
  const mode = mapModeOf(node);
  const isDistributed = mode.kind === 'distributed';
  const size = sizeExpression(node, mode);
  const facts: State = {
    run: '{% $states.input.run %}',
    stage: id,
    items: constant(node.items),
    bind: constant(node.bind),
    after: node.after,
    chosen: '{% $states.input.chosen %}',
    control: constant(control),
    ...releaseOf(id, emission),
    ...(node.onFailure ? { onFailure: constant(node.onFailure) } : {}),
  };
  const state: State = {
    Type: 'Map',
    ...(rows ? rowsFields(node, rows) : batchFields(node, size)),
    MaxConcurrency: node.concurrency,
    ...(isDistributed ? distributedFields(node) : {}),
    ItemProcessor: {
      ProcessorConfig: isDistributed
        ? { Mode: 'DISTRIBUTED', ExecutionType: mode.children ?? 'STANDARD' }
        : { Mode: 'INLINE' },
      ...processorStates(node),
    },
    ...(isDistributed ? { Catch: [caught(broken)] } : {}),
    Output: '{% $states.input %}',
    Next: done,
  };
  return {
    start: id,
    states: {
      [id]: state,
      [done]: operator(
        'settle',
        {
          action: 'mapDone',
          ...facts,
          tolerate: constant(node.tolerate),
          ...(isDistributed && !rows ? { size: `{% ${size} %}` } : {}),
        },
        withControl(id, control),
        next,
      ),
      ...(isDistributed
        ? {
            [broken]: operator(
              'settle',
              { action: 'mapFailed', ...facts, error: '{% $states.input.failure %}' },
              withControlInstead(id, control),
              next,
            ),
          }
        : {}),
    },
  };
};

/** Items of a batch: what the author said, or more, for there are only so many batches. */
const sizeExpression = (node: MapNode, { kind }: MapMode): string => {
  const most = kind === 'inline' ? mostInlineBatches : mostDistributedBatches;
  return `$max([${node.batch}, $ceil(${expression(node.items, true)} / ${most})])`;
};

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
