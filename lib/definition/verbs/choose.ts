import { type Condition, operandsOf } from '../condition.ts';
import { makeRef, type Ref, type Unbound } from '../ref.ts';
import { choiceName } from './choice-name.ts';
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
  /** @default `choose` and the name of a stage in it; of a choice without stages, a hash of what it says */
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
    const at = placeOf(recorder, options.id ?? 'choose');
    const branches = () => [recorder.block(then, at), recorder.block(otherwise ?? (() => null), at)] as const;
    const [onTrue, onFalse] = recorder.behind(operandsOf(when), branches);
    const id = options.id ?? choiceName(when, onTrue, onFalse, recorder.idHere(''));
    // Said twice without a name, a choice between values is one and the same.
    const isKnown = options.id === undefined && recorder.isHere(id) && onTrue.nodes.length + onFalse.nodes.length === 0;
    if (!isKnown)
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
