import type { ServiceId, Shape } from '../service.ts';

/** Where a delivery goes that could not be made. */
export type DeadLetter = {
  readonly queueArn: string;
  readonly body: string;
  /** Message attributes besides the error's own. Absent: no attributes at all, as SNS does it. */
  readonly attributes?: { readonly [name: string]: string };
};

/** One API call that a bus, schedule or topic owes to a target. Plain JSON: it is stored until it has been made. */
export type Delivery = {
  /** The ARN of the rule, schedule or subscription. */
  readonly owedBy: string;
  readonly service: ServiceId;
  readonly operation: string;
  readonly input: Shape;
  /** SQS only: becomes the input's QueueUrl when the call is made, since the port may change between two runs. */
  readonly queueArn?: string;
  /** An error that means that an earlier try got through (a crash came between the call and its record). */
  readonly doneWhen?: string;
  /** When its turn comes, in milliseconds since the epoch, where the queue's `Pace` heeds it. @default at once */
  readonly notBeforeMs?: number;
  readonly retries: number;
  readonly maxAgeSeconds: number;
  readonly deadLetter?: DeadLetter;
};
