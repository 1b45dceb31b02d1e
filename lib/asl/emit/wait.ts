import type { Binding, WaitNode } from '../../definition/index.ts';
import { constant } from '../constant.ts';
import { controlOfStage } from '../control.ts';
import { caught, withControlInstead } from './flow-state.ts';
import { releaseOf } from './latch.ts';
import { operator } from './operator.ts';
import type { Emission, Piece } from './piece.ts';
import { stageFailed } from './stage-failed.ts';

/**
 * Opens the wait in the ledger, waits, closes it. A wait that is skipped or was done before is given a moment that has
 * passed: no Choice is needed.
 */
export const emitWait = (node: WaitNode, next: string | null, emission: Emission): Piece => {
  const [until, done, failed] = [`${node.id}.until`, `${node.id}.done`, `${node.id}.failed`];
  const control = controlOfStage(node.id, emission.needs);
  const facts = { run: '{% $states.input.run %}', stage: node.id };
  return {
    start: node.id,
    states: {
      [node.id]: {
        ...operator(
          'settle',
          {
            action: 'waitOpened',
            ...facts,
            wait: constant(node.wait),
            after: node.after,
            chosen: '{% $states.input.chosen %}',
          },
          "{% $merge([$states.input, {'until': $states.result.Payload.until}]) %}",
          until,
        ),
        Catch: [caught(failed)],
      },
      [until]: { Type: 'Wait', Timestamp: '{% $states.input.until %}', Next: done },
      [done]: operator(
        'settle',
        { action: 'waitDone', ...facts, control: constant(control), ...releaseOf(node.id, emission) },
        withControlInstead(node.id, control),
        next,
      ),
      [failed]: stageFailed({ id: node.id, bind: inputOf(node) }, control, next, emission),
    },
  };
};

const inputOf = ({ wait }: WaitNode): Binding =>
  wait.kind === 'until'
    ? { kind: 'object', fields: { until: wait.at } }
    : { kind: 'value', value: { for: `${wait.seconds}s` } };
