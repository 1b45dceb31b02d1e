import type { Binding, Pool } from '../../definition/index.ts';
import type { ControlPath, OnFailure } from '../../records/index.ts';
import { constant } from '../constant.ts';
import { recordRetry } from '../retry.ts';
import { withControlInstead } from './flow-state.ts';
import { releaseOf } from './latch.ts';
import { operator } from './operator.ts';
import type { Emission, State } from './piece.ts';
import { leaseField } from './pool.ts';

export interface FailedStage {
  readonly id: string;
  /** What its dead letter holds as its input. */
  readonly bind: Binding;
  readonly onFailure?: OnFailure | undefined;
  /** What it may hold a slot of. */
  readonly pool?: Pool | undefined;
}

/** The state that a stage's Catch leads to: records the failure, and what its `onFailure` makes of it. */
export const stageFailed = (
  { id, bind, onFailure, pool }: FailedStage,
  control: readonly ControlPath[],
  next: string | null,
  emission: Emission,
): State =>
  operator(
    'settle',
    {
      action: 'stageFailed',
      run: '{% $states.input.run %}',
      stage: id,
      bind: constant(bind),
      chosen: '{% $states.input.chosen %}',
      error: '{% $states.input.failure %}',
      control: constant(control),
      ...releaseOf(id, emission),
      ...leaseField(pool),
      ...(onFailure ? { onFailure: constant(onFailure) } : {}),
    },
    withControlInstead(id, control),
    next,
    recordRetry,
  );
