import type { StandardSchemaV1 } from '@standard-schema/spec';
import { bind } from '../bind.ts';
import type { Ref } from '../ref.ts';
import { type Span, spanSeconds } from '../span.ts';
import { placeOf, type Recorder, stageRef, stagesBehind } from './recorder.ts';
import type { AfterOptions } from './wait.ts';

export interface ApproveOptions<Answer extends StandardSchemaV1> extends AfterOptions {
  /** What somebody is asked, in one sentence. */
  readonly prompt: string;
  /** What they need to see to answer; may hold refs. @default nothing */
  readonly show?: unknown;
  /** What an answer looks like. Its JSON Schema goes with the question, so it may not transform what it is given. */
  readonly answer: Answer;
  /** How long the question stands. */
  readonly timeout: Span;
  /** The answer when nobody gives one in time. @default the stage fails */
  readonly default?: StandardSchemaV1.InferOutput<Answer>;
  /** Ask again every so often while nobody answers; shorter than the timeout. @default ask once */
  readonly heartbeat?: Span;
}

export interface ApproveVerb {
  /**
   * Asks a person and waits, at no cost while it does, for `heddle answer RUN NAME --json '{…}'`. The question goes to the
   * alerts topic and onto the event bus, with the command to type.
   *
   * @example
   * const { approved } = flow.approve('release', {
   *   prompt: 'Publish the report?',
   *   show: { headline: report.headline },
   *   answer: z.object({ approved: z.boolean() }),
   *   timeout: '3d',
   *   default: { approved: false },
   * });
   */
  approve<Answer extends StandardSchemaV1>(
    name: string,
    question: ApproveOptions<Answer>,
  ): Ref<StandardSchemaV1.InferOutput<Answer>>;
}

export const recordApprove = (recorder: Recorder): ApproveVerb['approve'] => {
  return (name, { prompt, show, answer, timeout, heartbeat, after, ...options }) => {
    const at = placeOf(recorder, name);
    const instead = options.default === undefined ? undefined : bind(options.default, at);
    recorder.add({
      kind: 'approve',
      id: name,
      prompt,
      show: bind(show ?? null, at),
      answer,
      timeoutSeconds: spanSeconds(timeout, at, 'timeout'),
      ...(heartbeat ? { heartbeatSeconds: spanSeconds(heartbeat, at, 'heartbeat') } : {}),
      ...(instead ? { default: instead } : {}),
      after: stagesBehind(after, at),
    });
    return stageRef(recorder, name);
  };
};
