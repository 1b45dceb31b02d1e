import type { Binding } from '../../records/index.ts';
import { bind } from '../bind.ts';
import type { Condition } from '../condition.ts';
import { DefinitionError } from '../diagnostic.ts';
import { type Bound, isRef, makeRef, type Ref, type Unbound } from '../ref.ts';
import { placeOf, type Recorder } from './recorder.ts';

export interface RepeatOptions<Initial> {
  /** The state that the first round gets: values, refs, or an object of them. */
  readonly initial: Initial;
  /** Asked of the state that each round gives: true ends the repetition. */
  readonly until: (state: Ref<Unbound<Initial>>) => Condition;
  /** Rounds at most, 1 to 50. The last round's state is the result, whether or not the condition holds. */
  readonly atMost: number;
}

export interface RepeatResult<State> {
  readonly state: State;
  /** Rounds that were run. */
  readonly rounds: number;
}

export interface RepeatVerb {
  /**
   * Runs what `body` wires, round after round, until a condition holds of the state that it gives: draft, criticize, draft
   * again. Every round has stages of its own, named `<stage>Round<n>`, which share their functions. `body` is called once for
   * each round, now. A round begins when all stages of the one before have completed; where one failed or was skipped, there is no
   * further round, and unless the condition holds all the same, what depends on the result is skipped.
   *
   * @example
   * const refined = flow.repeat(
   *   'refine',
   *   { initial: { text: flow.input.topic, score: 0 }, until: ({ score }) => gte(score, 0.8), atMost: 5 },
   *   (state) => {
   *     const { text } = flow.task(draft, { from: state.text });
   *     return { text, score: flow.task(criticize, { text }).score };
   *   },
   * );
   * flow.task(publish, { text: refined.state.text, rounds: refined.rounds });
   */
  repeat<Initial>(
    name: string,
    options: RepeatOptions<Initial>,
    body: (state: Ref<Unbound<Initial>>) => Bound<Unbound<NoInfer<Initial>>>,
  ): Ref<RepeatResult<Unbound<Initial>>>;
}

/** Above this the machine would be mostly rounds; more of them are a child pipeline's. */
const mostRounds = 50;

/** HDL151: `atMost` of flow.repeat is not a whole number from 1 to 50. Fix: set one; every round is written into the machine. */
const checkRounds = (at: string, atMost: number): void => {
  if (Number.isInteger(atMost) && atMost >= 1 && atMost <= mostRounds) return;
  throw new DefinitionError([
    {
      code: 'HDL151',
      severity: 'error',
      at,
      message: `atMost is ${atMost}, but a repetition has 1 to ${mostRounds} rounds`,
      fix: `set a whole number from 1 to ${mostRounds}; many short rounds belong into one stage`,
    },
  ]);
};

export const recordRepeat = (recorder: Recorder): RepeatVerb['repeat'] => {
  return <Initial>(
    name: string,
    { initial, until, atMost }: RepeatOptions<Initial>,
    body: (state: Ref<Unbound<Initial>>) => Bound<Unbound<Initial>>,
  ) => {
    const at = placeOf(recorder, name);
    checkRounds(at, atMost);
    const refTo = <T>(binding: Binding): Ref<T> => makeRef<T>(recorder.pipeline, { kind: 'binding', binding });

    /** Records a round and, in the branch of a choice, those after it. */
    const record = (round: number, state: Ref<Unbound<Initial>>, before: readonly string[]): Binding => {
      const { given, ids } = recorder.round(round, before, () => bind(body(state), at));
      const after = refTo<Unbound<Initial>>(given);
      const result = bind({ state: after, rounds: round }, at);
      if (round === atMost) return result;
      const id = recorder.idHere(`${name}Round${round}`);
      const taken = recorder.block(() => refTo(result), at);
      const other = recorder.block(() => refTo(record(round + 1, after, ids)), at);
      recorder.add({ kind: 'choose', id: `${name}Round${round}`, when: until(after), onTrue: taken, onFalse: other });
      return { kind: 'chosen', choose: id, onTrue: taken.output, onFalse: other.output, path: [] };
    };

    const first = isRef(initial) ? initial : refTo(bind(initial, at));
    // A ref to what `initial` is at run time, by the definition of Unbound.
    return refTo<RepeatResult<Unbound<Initial>>>(record(1, first as Ref<Unbound<Initial>>, []));
  };
};
