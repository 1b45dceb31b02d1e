import type { Json } from '../../records/index.ts';
import { operatorRetry } from '../retry.ts';
import { leadTo, type State } from './piece.ts';

export const lambdaInvoke = 'arn:aws:states:::lambda:invoke';

/** Those that state machines call; `mend` is `settle` with more time, for maps over rows. */
export type Operator = 'begin' | 'settle' | 'mend' | 'finish';

/** A call of one of our operators' Lambdas. */
export const operator = (
  name: Operator,
  payload: State,
  output: string,
  next: string | null,
  retry: readonly Json[] = operatorRetry,
): State => ({
  Type: 'Task',
  Resource: lambdaInvoke,
  Arguments: { FunctionName: `\${operator_${name}}`, Payload: payload },
  Output: output,
  TimeoutSeconds: 120,
  Retry: retry,
  ...leadTo(next),
});
