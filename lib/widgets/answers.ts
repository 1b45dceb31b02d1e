// What the functions behind buttons have in common: what was pressed, and how it is said that it cannot be done.

/** A button, with what stands in its call and what was filled in beside it. */
export interface Pressed {
  readonly pipeline: string;
  given(name: string): string | undefined;
  filled(name: string): string | undefined;
}

export const by = 'a dashboard of CloudWatch';

/**
 * HDL853: a button of a dashboard asks for something that is done already, or is not there any more: the dead letters were replayed or
 * discarded, the run has ended, has not begun or is an Express execution, which AWS does not stop. Nothing is done. Fix: refresh the dashboard.
 *
 * HDL854: the function that acts for dashboards was called with an action that it does not know. Fix: call it from a dashboard of the
 * same deployment, which has the buttons that it knows.
 *
 * HDL855: what was filled in on a dashboard is not what the pipeline or the question takes. Nothing is done. Fix: correct it in the form.
 */
export const nothingDone = (found: string, expected: string): string =>
  `HDL853: ${found}; expected ${expected}. Nothing is done. Fix: refresh the dashboard`;

export const filledWrong = (found: string, expected: string): string =>
  `HDL855: ${found}; expected ${expected}. Nothing is done. Fix: correct it in the form`;

/** A text as the JSON that it is; or what is said where it is none. */
export const jsonIn = (text: string, what: string): { readonly value: unknown } | { readonly problem: string } => {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { problem: filledWrong(`${what} is not JSON (${error instanceof Error ? error.message : error})`, 'JSON') };
  }
};
