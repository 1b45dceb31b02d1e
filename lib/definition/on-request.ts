// A trigger that programs call over HTTP.
import type { Condition } from './condition.ts';
import type { Ref } from './ref.ts';
import { type Trigger, triggerRef } from './trigger.ts';

/** What refs into a request point at. */
export interface RequestShape<Input> {
  /** Its `idempotency-key`. */
  readonly id: string;
  readonly partition: string;
  /** The ARN of who signed it. */
  readonly by: string;
  readonly input: Input;
}

/**
 * A run for each signed request to a URL of the pipeline's own, which is made for it. `POST` with the input as JSON, an
 * `idempotency-key` header that makes two requests the same one, and `?partition=` where the pipeline has partitions; who may call
 * it is said with `Pipeline.grantRequest`. It answers with the id of the run, or with what is wrong, and then nothing starts.
 * `Input` is what `when` reads of the input, which the pipeline's contract says.
 *
 * @example
 * onRequest()
 * @example
 * onRequest<{ rows: number }>({ when: (request) => gte(request.input.rows, 100) })
 */
export const onRequest = <Input = never>({
  when,
}: {
  /** A run that it does not hold for is not started, but recorded as `skipped`. @default always */
  readonly when?: (request: Ref<RequestShape<Input>>) => Condition;
} = {}): Trigger<Input> => ({ kind: 'request', ...(when ? { when: when(triggerRef()) } : {}) });
