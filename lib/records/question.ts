// A question to a person: what its stage's record holds of it, what an answer is, and what becomes of one.
import type { ControlPath } from './calls.ts';
import type { Json } from './json.ts';
import type { StoredPayload } from './payload.ts';

export interface Question {
  readonly prompt: string;
  readonly shown: StoredPayload;
  /** JSON Schema of an answer. */
  readonly schema: Json;
  /** What of the answer the state machine reads. */
  readonly control: readonly ControlPath[];
}

/** Who answered, when, and under which id: the same id is the same answer, sent again. */
export interface Answered {
  readonly by: string;
  readonly at: string;
  readonly id: string;
}

/** The call of the `answer` operator. */
export interface AnswerCall extends Pick<Answered, 'by' | 'id'> {
  readonly pipeline: string;
  readonly run: string;
  readonly stage: string;
  readonly answer: Json;
}

export type AnswerResult =
  | { readonly kind: 'answered' }
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly found: string;
      readonly expected: string;
      readonly fix: string;
    };
