import type { Condition } from '../condition.ts';
import { makeRef, type Ref, type Unbound } from '../ref.ts';
import { placeOf, type Recorder } from './recorder.ts';

export interface ChooseVerb {
  /** Runs one of two branches. The stages of the other are `skipped`. */
  choose<Then, Otherwise>(
    when: Condition,
    then: () => Then,
    otherwise: () => Otherwise,
    options?: { readonly id?: string },
  ): Ref<Unbound<Then> | Unbound<Otherwise>>;
}

export const recordChoose = (recorder: Recorder): ChooseVerb['choose'] => {
  return (when, then, otherwise, options = {}) => {
    const unnamed = recorder.nameNext('choose'); // Every choose counts, named or not.
    const id = options.id ?? unnamed;
    const at = placeOf(recorder, id);
    const taken = recorder.block(then, at);
    const other = recorder.block(otherwise, at);
    recorder.add({ kind: 'choose', id, when, onTrue: taken, onFalse: other });
    return makeRef(recorder.pipeline, {
      kind: 'chosen',
      choose: recorder.idHere(id),
      onTrue: taken.output,
      onFalse: other.output,
    });
  };
};
