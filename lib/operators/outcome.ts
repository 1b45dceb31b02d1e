import type { BackfillStatus } from '../records/index.ts';

/** What became of a start message; of a look at an Express run, `settled` or `underWay`. */
export type Outcome =
  | { readonly kind: 'started'; readonly run: string }
  | { readonly kind: 'duplicate'; readonly run: string }
  | { readonly kind: 'gathered'; readonly window: number }
  | { readonly kind: 'held'; readonly run: string }
  | { readonly kind: 'released'; readonly runs: number }
  | { readonly kind: 'queued'; readonly run: string }
  | { readonly kind: 'settled'; readonly run: string }
  | { readonly kind: 'underWay'; readonly run: string }
  | { readonly kind: 'spread'; readonly partitions: number }
  | {
      readonly kind: 'advanced';
      readonly backfill: string;
      /** Runs. */
      readonly asked: number;
      readonly status: BackfillStatus;
      /** Why it asked for none, where it gives way to others. */
      readonly waitsFor?: string;
    }
  | { readonly kind: 'notStarted'; readonly reason: string };
