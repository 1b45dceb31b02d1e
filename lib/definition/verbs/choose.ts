import type { Condition } from '../condition.ts';
import { makeRef, type Ref, type Unbound } from '../ref.ts';
import { placeOf, type Recorder } from './recorder.ts';

export interface ChooseVerb {
  /** Runs a branch when a condition holds; without `otherwise` it gives nothing that could be read. */
  choose(when: Condition, then: () => unknown, options?: ChooseOptions): Ref<unknown>;
  /** Runs one of two branches. The stages of the other are `skipped`. */
  choose<Then, Otherwise>(
    when: Condition,
    then: () => Then,
    otherwise: () => Otherwise,
    options?: ChooseOptions,
  ): Ref<Unbound<Then> | Unbound<Otherwise>>;
}

export interface ChooseOptions {
  /** @default choose1, choose2 …, in the order written */
  readonly id?: string;
}

export const recordChoose = (recorder: Recorder): ChooseVerb['choose'] => {
  return (
    when: Condition,
    then: () => unknown,
    second?: (() => unknown) | ChooseOptions,
    third: ChooseOptions = {},
  ): never => {
    const [otherwise, options] = typeof second === 'function' ? [second, third] : [undefined, second ?? third];
    const unnamed = recorder.nameNext('choose'); // Every choose counts, named or not.
    const id = options.id ?? unnamed;
    const at = placeOf(recorder, id);
    const onTrue = recorder.block(then, at);
    const onFalse = recorder.block(otherwise ?? (() => null), at);
    recorder.add({ kind: 'choose', id, when, onTrue, onFalse, ...(otherwise ? {} : { withoutOtherwise: true }) });
    const ref = makeRef(recorder.pipeline, {
      kind: 'chosen',
      choose: recorder.idHere(id),
      onTrue: onTrue.output,
      onFalse: onFalse.output,
    });
    return ref as never; // Which of the two signatures it was, only the caller's types know.
  };
};
