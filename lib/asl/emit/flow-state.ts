// The flow's state (`FlowState`: run, control, chosen) as it goes from state to state, in JSONata.
import type { State } from './piece.ts';

/** The flow's state with a stage's control values put in; as it is for a stage that nobody reads control values of. */
export const withControl = (stage: string, control: readonly unknown[]): string =>
  control.length === 0
    ? unchanged
    : `{% $merge([$states.input, {'control': $merge([$states.input.control, {${JSON.stringify(stage)}: $states.result.Payload.control}])}]) %}`;

/** The flow's state as it came. */
export const unchanged = '{% $states.input %}';

/** For the end of a branch that has nothing to tell: what all branches of a Parallel give together must stay below 256 KiB. */
export const nothing = '{% {} %}';

export const withChoice = (choose: string, branch: string): string =>
  `{% $merge([$states.input, {'chosen': $merge([$states.input.chosen, {${JSON.stringify(choose)}: '${branch}'}])}]) %}`;

/**
 * A Catch that adds the error to the flow's state. A variable would not do: ASL forbids a name assigned both inside and
 * outside a Parallel or Map (https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html).
 */
export const caught = (next: string): State => ({
  ErrorEquals: ['States.ALL'],
  Output: "{% $merge([$states.input, {'failure': $states.errorOutput}]) %}",
  Next: next,
});

/**
 * The flow's state as it was before `caught`, with the control values of the stage that ended all the same. `kept` names what of
 * the rest goes on.
 */
export const withControlInstead = (
  stage: string,
  control: readonly unknown[],
  kept: readonly 'failure'[] = [],
): string => {
  const values =
    control.length === 0
      ? '$states.input.control'
      : `$merge([$states.input.control, {${JSON.stringify(stage)}: $states.result.Payload.control}])`;
  const more = kept.map((name) => `, '${name}': $states.input.${name}`).join('');
  return `{% {'run': $states.input.run, 'control': ${values}, 'chosen': $states.input.chosen${more}} %}`;
};
