// A message on the start queue: somebody or something asks for a run. `dispatch` decides.
import type { PlannedInput } from './backfill/index.ts';
import type { Parent } from './child.ts';
import type { Condition } from './condition.ts';
import type { EventReading, ReceivedEvent } from './event-reading.ts';
import type { Json } from './json.ts';
import type { CatchUp } from './pause.ts';
import type { StoredPayload } from './payload.ts';
import type { ResumeOrder } from './resume-order.ts';
import type { RunEventDetail } from './run-events.ts';
import type { BatchPolicy, WindowAddress } from './window.ts';

export type StartMessage =
  /** A person, or a program on their behalf. The same `id` asks for the same run. */
  | {
      readonly kind: 'manual';
      readonly pipeline: string;
      readonly id: string;
      readonly partition?: string;
      readonly input: Json;
      readonly by: string;
    }
  /** A signed request to the pipeline's URL. The same `id` asks for the same run. */
  | {
      readonly kind: 'request';
      readonly pipeline: string;
      readonly trigger: string;
      readonly id: string;
      readonly partition: string;
      readonly input: Json;
      /** The ARN of who signed it. */
      readonly by: string;
      readonly when?: Condition;
    }
  /** An object landed in S3. `event` is EventBridge's "Object Created". */
  | {
      readonly kind: 'object';
      readonly pipeline: string;
      readonly keyTemplate: string;
      /** The trigger's name among those of the pipeline. @default 'object' */
      readonly trigger?: string;
      readonly event: {
        readonly detail: {
          readonly bucket: { readonly name: string };
          readonly object: { readonly key: string; readonly etag: string; readonly size?: number };
        };
      };
      readonly when?: Condition;
      /** It is gathered with others into one run. */
      readonly batch?: BatchPolicy;
    }
  /** An event on a bus, or a message of the user's queue. */
  | {
      readonly kind: 'event';
      readonly from: 'event' | 'queue';
      readonly pipeline: string;
      readonly reading: EventReading;
      readonly when?: Condition;
      readonly batch?: BatchPolicy;
      readonly event: ReceivedEvent;
    }
  /** A window is full, or may be due. */
  | ({ readonly kind: 'window'; readonly number: number; readonly batch: BatchPolicy } & WindowAddress)
  /** What a closed window asks for: one run for all that it gathered. */
  | ({ readonly kind: 'batch'; readonly number: number; readonly inputs: readonly Json[] } & WindowAddress)
  /** A schedule came due. `time` is the scheduled time, ISO 8601. */
  | {
      readonly kind: 'schedule';
      readonly pipeline: string;
      readonly schedule: string;
      readonly time: string;
      readonly timeZone: string;
      readonly input: Json;
      /** What becomes of missed times. @default 'all' that were held, and none that never came */
      readonly catchUp?: CatchUp;
      /** Tells which times were missed. */
      readonly expression?: string;
      /** It was missed at its time: another one found that out. */
      readonly missed?: boolean;
      readonly when?: Condition;
      /** Of several that it is for. */
      readonly partition?: string;
    }
  /** A stage of another run asks for it, and waits. */
  | {
      readonly kind: 'child';
      readonly pipeline: string;
      readonly parent: Parent;
      readonly partition: string;
      readonly input: StoredPayload;
      /** Of the run that asks. */
      readonly priority?: 'low';
    }
  /** A run of a backfill's plan. */
  | {
      readonly kind: 'backfill';
      readonly pipeline: string;
      readonly backfill: string;
      readonly partition: string;
      readonly input: PlannedInput;
    }
  /** A backfill is to go on: it was asked for, or its `run` of `pipeline` has ended, or it looks by itself. */
  | {
      readonly kind: 'advance';
      readonly backfill: string;
      readonly pipeline: string;
      readonly run?: string;
      readonly look?: true;
    }
  /** A run that has ended is to go on. */
  | { readonly kind: 'resume'; readonly pipeline: string; readonly run: string; readonly order: ResumeOrder }
  /** A new run is to go on from a stage of another: what is not done again is taken over from it. The same `id` asks for the same run. */
  | {
      readonly kind: 'fork';
      readonly pipeline: string;
      readonly run: string;
      readonly id: string;
      readonly from: string;
      /** Stages that the new run does itself. All others it takes over. */
      readonly again: readonly string[];
      readonly by: string;
    }
  /** A run was to have ended by now. */
  | { readonly kind: 'deadline'; readonly pipeline: string; readonly run: string; readonly generation: number }
  /** What a run that failed has done is to be undone. */
  | {
      readonly kind: 'compensate';
      readonly pipeline: string;
      readonly run: string;
      readonly generation: number;
      readonly round: number;
    }
  /** The Express execution of a run has had its time: has it settled the run? */
  | { readonly kind: 'look'; readonly pipeline: string; readonly run: string; readonly generation: number }
  /** A run of a pipeline that limits its runs has ended: the next may start. */
  | { readonly kind: 'ended'; readonly pipeline: string; readonly run: string; readonly generation: number }
  /** A pause was ended: what it holds is to go on. */
  | { readonly kind: 'release'; readonly pipeline: string; readonly pause: string }
  /** A run of an upstream pipeline completed. */
  | {
      readonly kind: 'upstream';
      readonly pipeline: string;
      readonly event: { readonly detail: RunEventDetail };
      /** Of several that it is for. */
      readonly partition?: string;
    }
  /** A partition has waited long enough for the rest of its upstreams, at `at`. */
  | { readonly kind: 'waited'; readonly pipeline: string; readonly partition: string; readonly at: string };
