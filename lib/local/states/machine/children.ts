// The frames that a Parallel or Map runs side by side, and what happens to the others when one fails.
import type { Shape } from '../../service.ts';
import { EvaluationProblem, StateError } from '../errors.ts';
import type { Sequence } from '../parse/machine.ts';
import { Frame, type FrameOptions } from './frame.ts';
import type { Lifetime } from './lifetime.ts';
import type { FrameProgress, Visit } from './visit.ts';

/** The states that AWS tells of as aborted; the others take no time. */
const ABORTABLE: ReadonlySet<string | undefined> = new Set(['Task', 'Wait', 'Parallel', 'Map']);

const abort = (frame: Frame, previous: number): void => {
  if (ABORTABLE.has(frame.inside)) frame.execution.event(frame.id, `${frame.inside}StateAborted`, previous);
  frame.inside = undefined;
};

/** AWS: a States.Runtime ends the execution with no word of what else ends. */
const isTold = (thrown: unknown): boolean =>
  !((thrown instanceof StateError || thrown instanceof EvaluationProblem) && thrown.error === 'States.Runtime');

/** The children of one attempt of a state. All end when one fails. */
export class Children {
  readonly #visit: Visit;
  /** With what history says of an iteration of a Map. */
  readonly #running = new Map<Frame, Shape | undefined>();
  readonly lifetime: Lifetime;

  constructor(visit: Visit) {
    this.#visit = visit;
    this.lifetime = visit.frame.lifetime.child();
  }

  /** Makes the frame of a child; one that was running before a restart keeps its number and place. */
  open(
    sequence: Sequence,
    options: Pick<FrameOptions, 'cursor' | 'map'>,
    resumed: FrameProgress | undefined,
    iteration?: Shape,
  ): Frame {
    const { execution, variables, variableBytes } = this.#visit.frame;
    const { cursor, map } = options;
    const frame = new Frame(execution, {
      map,
      id: resumed?.id ?? execution.nextFrame(),
      sequence,
      ...(resumed ? { variables: resumed.variables } : { variables, variableBytes }),
      cursor: resumed?.cursor ?? cursor,
      lifetime: this.lifetime,
    });
    this.#running.set(frame, iteration);
    return frame;
  }

  /** To be called when a child has succeeded. */
  done(frame: Frame): void {
    this.#running.delete(frame);
  }

  /** For an error that is none of a child's own: ends all of them and throws it. */
  readonly end = (thrown: unknown): never => {
    if (!this.lifetime.ended) this.#cut(this.#visit.frame.cursor, thrown);
    throw thrown;
  };

  /** Ends what still runs, and tells of it: all of it follows the last event of the one that failed. */
  fail(failed: Frame, thrown: unknown): void {
    const iteration = this.#running.get(failed);
    this.#running.delete(failed);
    if (isTold(thrown)) abort(failed, failed.cursor);
    this.#cut(failed.cursor, thrown);
    if (iteration && isTold(thrown)) failed.execution.event(failed.id, 'MapIterationFailed', failed.cursor, iteration);
  }

  #cut(previous: number, thrown: unknown): void {
    this.lifetime.end();
    if (isTold(thrown))
      for (const [frame, iteration] of this.#running) {
        if (iteration) frame.execution.event(frame.id, 'MapIterationAborted', previous, iteration);
        abort(frame, previous);
      }
    this.#running.clear();
  }
}
