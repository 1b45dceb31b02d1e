// What a stage that failed for good means: the options of a task or map, checked and kept as data.
import type { OnFailure } from '../records/index.ts';
import { bind } from './bind.ts';
import { DefinitionError } from './diagnostic.ts';
import type { Stage, StageInput, StageOutput } from './stage.ts';

/**
 * `'fail'`: the run fails. `'skip'`: the stage and what depends on it are `skipped`, and the run completes. `{ value }`: the
 * stage is `completed` with this constant instead. The dead letter is kept in every case.
 */
export type FailureOption<Output> = 'fail' | 'skip' | { readonly value: Output };

/** A stage that may stand in for S: it takes what S takes, and gives what S gives. Otherwise a type that nothing fits. */
export type StandIn<S extends Stage, F extends Stage> = [StageInput<S>] extends [StageInput<F>]
  ? [StageOutput<F>] extends [StageOutput<S>]
    ? F
    : { readonly 'the fallback gives something else than the stage': StageOutput<F> }
  : { readonly 'the fallback takes something else than the stage': StageInput<F> };

/** A stage that may undo S: it takes what S was given and what it gave. Otherwise a type that nothing fits. */
export type Undoes<S extends Stage, C extends Stage> = [Done<S>] extends [StageInput<C>]
  ? C
  : { readonly 'the compensation takes something else than { input, output } of the stage': StageInput<C> };

/** A call of S, as what undoes it is told. */
export interface Done<S extends Stage> {
  readonly input: StageInput<S>;
  readonly output: StageOutput<S>;
}

/** HDL150: the value of `onFailure` holds a ref. It must not depend on a stage, which could fail too. Fix: use a constant. */
export const failureData = (option: FailureOption<unknown> | undefined, at: string): OnFailure | undefined => {
  if (option === undefined || option === 'fail') return undefined;
  if (option === 'skip') return option;
  const bound = bind(option.value, at);
  if (bound.kind === 'value') return { value: bound.value };
  throw new DefinitionError([
    {
      code: 'HDL150',
      severity: 'error',
      at,
      message: 'the value of onFailure holds a ref, but what stands in for a failure may not depend on anything',
      fix: 'use a constant, or give the stage a fallback',
    },
  ]);
};
