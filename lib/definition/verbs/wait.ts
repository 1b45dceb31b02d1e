import { bind } from '../bind.ts';
import type { Ref } from '../ref.ts';
import { type Span, spanSeconds } from '../span.ts';
import { placeOf, type Recorder, stageRef, stagesBehind } from './recorder.ts';

/** A length of time, or a moment in ISO 8601 with its zone (`2026-01-31T09:00:00Z`). */
export type WaitTime =
  | { readonly for: Span }
  | {
      readonly until: Ref<string> | string;
      /** A moment further away than this fails the stage: a wait without a bound would be one for ever. @default '30d' */
      readonly atMost?: Span;
    };

export interface AfterOptions {
  /** Outputs of stages to wait for though nothing of theirs is read. */
  readonly after?: readonly Ref<unknown>[];
}

/** What a wait gives: the moment it ended at, ISO 8601. */
export interface WaitResult {
  readonly until: string;
}

export interface WaitVerb {
  /**
   * Waits, at no cost while it does. Pass what it gives to the `after` of the stages that are to wait with it. A moment that
   * has passed is no wait.
   *
   * @example
   * const cooled = flow.wait('coolDown', { for: '1h' }, { after: [published] });
   * flow.task(verify, { url: published.url }, { after: [cooled] });
   */
  wait(name: string, time: WaitTime, options?: AfterOptions): Ref<WaitResult>;
}

export const recordWait = (recorder: Recorder): WaitVerb['wait'] => {
  return (name, time, options = {}) => {
    const at = placeOf(recorder, name);
    recorder.add({
      kind: 'wait',
      id: name,
      wait:
        'for' in time
          ? { kind: 'for', seconds: spanSeconds(time.for, at, 'for') }
          : {
              kind: 'until',
              at: bind(time.until, at),
              atMostSeconds: spanSeconds(time.atMost ?? '30d', at, 'atMost'),
            },
      after: stagesBehind(options.after, at),
    });
    return stageRef(recorder, name);
  };
};
