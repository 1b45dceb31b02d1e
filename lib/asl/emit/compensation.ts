// The machine that undoes what a run did that failed: a machine of its own, so that a run without failures has no state for it,
// and so that what was stopped or died is compensated as well.
import type { Binding, TaskNode } from '../../definition/index.ts';
import { functionKey, type PipelineGraph } from '../../graph/index.ts';
import type { Json } from '../../records/index.ts';
import { errorNames } from '../../support/error-names.ts';
import { constant } from '../constant.ts';
import { recordRetry } from '../retry.ts';
import { nothing, unchanged } from './flow-state.ts';
import { operator } from './operator.ts';
import type { State } from './piece.ts';
import { stageCall } from './stage-call.ts';

/** What works in vain for so long is nobody's intention: a day, as a run's own work. */
const longestSeconds = 24 * 60 * 60;

type Compensated = TaskNode & { readonly compensate: NonNullable<TaskNode['compensate']> };

/** The machine of a canonical graph; undefined where no stage is to be undone. */
export const emitCompensation = ({ pipeline, stages }: PipelineGraph): Json | undefined => {
  const compensated = stages.flatMap(({ node }) => (isCompensated(node) ? [node] : []));
  if (compensated.length === 0) return undefined;
  const facts = { run: '{% $states.input.run %}', round: '{% $states.input.round %}' };
  return {
    Comment: `Undoes what a run of the Heddle pipeline ${pipeline.name} did that failed`,
    QueryLanguage: 'JSONata',
    StartAt: 'open',
    TimeoutSeconds: longestSeconds,
    States: {
      open: operator(
        'settle',
        { action: 'compensationOpened', ...facts, execution: '{% $states.context.Execution.Id %}' },
        "{% $merge([$states.input, {'undo': $states.result.Payload.undo}]) %}",
        'undo',
      ),
      undo: {
        Type: 'Map',
        Items: '{% $states.input.undo %}',
        ItemSelector: {
          ...facts,
          stage: '{% $states.context.Map.Item.Value.stage %}',
          name: '{% $states.context.Map.Item.Value.name %}',
          after: '{% $states.context.Map.Item.Value.after %}',
        },
        MaxConcurrency: 1, // one after another, in this order
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'which',
          States: {
            which: {
              Type: 'Choice',
              Choices: compensated.map(({ id }) => ({
                Condition: `{% $states.input.stage = '${id}' %}`,
                Next: `${id}.compensate`,
              })),
              Default: 'unknown',
            },
            ...Object.assign({}, ...compensated.map(undoStates)),
            unknown: failed(
              { kind: 'value', value: null },
              {
                Error: errorNames.permanent,
                Cause:
                  "{% 'the definition that is deployed now has no compensation for ' & $states.input.stage & ': deploy one and replay this' %}",
              },
            ),
          },
        },
        Output: unchanged,
        Next: 'close',
      },
      close: operator('settle', { action: 'compensationClosed', ...facts }, nothing, null),
    },
  };
};

const isCompensated = (node: { readonly kind: string }): node is Compensated =>
  node.kind === 'task' && (node as TaskNode).compensate !== undefined;

const undoStates = (node: Compensated): { readonly [name: string]: State } => {
  const { id, compensate } = node;
  const name = `${id}.compensate`;
  const bind: Binding = {
    kind: 'object',
    fields: {
      input: { kind: 'ref', source: { kind: 'given', stage: id }, path: [] },
      output: { kind: 'ref', source: { kind: 'stage', stage: id }, path: [] },
    },
  };
  return {
    ...stageCall({
      name,
      stage: compensate,
      placeholder: `compensate_${id}`,
      payload: {
        run: '{% $states.input.run %}',
        stage: '{% $states.input.name %}',
        bind: constant(bind),
        after: '{% $states.input.after %}',
        control: [],
        chosen: {},
        shares: `${functionKey(node)}.compensate`,
      },
      output: nothing,
      outputInstead: nothing,
      onError: `${name}.failed`,
      next: null,
    }),
    [`${name}.failed`]: failed(bind, '{% $states.input.failure %}'),
  };
};

/** Records that a stage could not be undone, with its dead letter. */
const failed = (bind: Binding, error: Json): State =>
  operator(
    'settle',
    {
      action: 'stageFailed',
      run: '{% $states.input.run %}',
      stage: '{% $states.input.name %}',
      bind: constant(bind),
      chosen: {},
      error,
      round: '{% $states.input.round %}',
    },
    nothing,
    null,
    recordRetry,
  );
