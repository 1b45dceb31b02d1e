// The frames that a Parallel or Map runs side by side, and what happens to the others when one fails.
import type { Sequence } from '../parse/machine.ts';
import { Frame, type FrameOptions } from './frame.ts';
import type { Lifetime } from './lifetime.ts';
import type { FrameProgress, Visit } from './visit.ts';

/** Events of states that a failed Parallel or Map leaves behind. */
const abortInside = (frames: Iterable<Frame>): void => {
  for (const frame of frames) {
    if (frame.inside !== undefined && frame.inside !== 'Fail') frame.event(`${frame.inside}StateAborted`);
    frame.inside = undefined;
  }
};

/** The children of one attempt of a state. All end when one fails. */
export class Children {
  readonly #visit: Visit;
  readonly #running = new Set<Frame>();
  readonly lifetime: Lifetime;

  constructor(visit: Visit) {
    this.#visit = visit;
    this.lifetime = visit.frame.lifetime.child();
  }

  /** Makes the frame of a child; one that was running before a restart keeps its number and place. */
  open(sequence: Sequence, options: Pick<FrameOptions, 'cursor' | 'map'>, resumed: FrameProgress | undefined): Frame {
    const { execution, variables } = this.#visit.frame;
    const { cursor, map } = options;
    const frame = new Frame(execution, {
      map,
      id: resumed?.id ?? execution.nextFrame(),
      sequence,
      variables: resumed?.variables ?? variables,
      cursor: resumed?.cursor ?? cursor,
      lifetime: this.lifetime,
    });
    this.#running.add(frame);
    return frame;
  }

  /** To be called when a child has succeeded. */
  done(frame: Frame): void {
    this.#running.delete(frame);
  }

  /** For an error that is none of a child's own: ends all of them and throws it. */
  readonly end = (thrown: unknown): never => {
    if (!this.lifetime.ended) {
      this.lifetime.end();
      abortInside(this.#running);
    }
    throw thrown;
  };

  /** Ends what still runs. The failed frame goes first, as AWS tells it. */
  fail(failed: Frame): void {
    this.#running.delete(failed);
    this.lifetime.end();
    abortInside([failed, ...this.#running]);
    this.#running.clear();
  }
}
