import { type Condition, operandsOf } from '../condition.ts';
import type { Ref } from '../ref.ts';
import { placeOf, type Recorder, stageRef, stagesBehind } from './recorder.ts';
import type { AfterOptions } from './wait.ts';

export interface CheckOptions extends AfterOptions {
  /**
   * `fail`: a claim that does not hold fails the check, and with it the run. `warn`: it is only told. `block`: as `fail`, and what is
   * recorded after it and reads what it looked at, or is chosen by it, waits for it, so that nothing is made of what did not pass: of
   * the output of the same stage or upstream, or of the input. @default 'fail'
   */
  readonly severity?: 'fail' | 'warn' | 'block';
  /** What it means that the claim does not hold, in words. @default the claim with the values found */
  readonly message?: string;
}

/** What a check gives, unless it failed. */
export interface CheckResult {
  readonly passed: boolean;
  /** The claim with the values found. */
  readonly found: string;
}

export interface CheckVerb {
  /**
   * Claims something about data. The claim and what was found are in the ledger; where it does not hold, an event and an
   * alert say so. What lists a failed check in its `after` is skipped, and with `severity: 'block'` what reads the same data.
   *
   * @example
   * const enough = flow.check('enoughRows', gte(total.rows, 1_000), { message: 'the drop is too small' });
   * flow.task(publish, { rows: total.rows }, { after: [enough] });
   */
  check(name: string, claim: Condition, options?: CheckOptions): Ref<CheckResult>;
}

export const recordCheck = (recorder: Recorder): CheckVerb['check'] => {
  return (name, claim, options = {}) => {
    recorder.add({
      kind: 'check',
      id: name,
      claim,
      severity: options.severity === 'warn' ? 'warn' : 'fail',
      ...(options.message ? { message: options.message } : {}),
      after: stagesBehind(options.after, placeOf(recorder, name)),
    });
    if (options.severity === 'block') recorder.gate(name, operandsOf(claim));
    return stageRef(recorder, name);
  };
};
