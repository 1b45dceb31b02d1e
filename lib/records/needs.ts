// What a stage's input and order hang on, as its record keeps it: from this a resume knows what lies below a stage.
import { type Binding, besideIn, choicesIn, refsIn } from './binding.ts';
import type { Choices } from './calls.ts';

export interface Needs {
  /** Ids of stages, sorted. */
  readonly needs: readonly string[];
  /** Ids of choices, sorted. */
  readonly choices: readonly string[];
  /** Of the stages, those that are read item by item. */
  readonly beside?: readonly string[];
}

/** `after` names stages and choices alike; `chosen` tells them apart. */
export const needsOf = (bindings: readonly Binding[], after: readonly string[], chosen: Choices): Needs => {
  const stages = bindings.flatMap(refsIn).flatMap(({ source }) => (source.kind === 'stage' ? [source.stage] : []));
  const choices = bindings.flatMap(choicesIn);
  const unique = (ids: readonly string[]): readonly string[] => [...new Set(ids)].sort();
  return {
    needs: unique([...stages, ...bindings.flatMap(besideIn), ...after.filter((id) => !Object.hasOwn(chosen, id))]),
    choices: unique([...choices, ...after.filter((id) => Object.hasOwn(chosen, id))]),
  };
};
