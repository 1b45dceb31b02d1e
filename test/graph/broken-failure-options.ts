// What the rules refuse of what a stage, or a run, is to do when things go wrong: each definition with its messages in full.
import type { Pipeline } from '../../lib/definition/index.ts';
import { retryPolicy } from '../../lib/definition/retry.ts';
import { limited } from './definitions.ts';

export const brokenFailureOptions: Record<string, [Pipeline | readonly Pipeline[], ...string[]]> = {
  'more memory that is none': [
    limited({ memoryMb: 1_024, retry: retryPolicy({ moreMemoryMb: 1_024 }) }),
    'HDL209 orders.list: retry.moreMemoryMb is 1024, but the stage has 1024 MB already, and Lambda at most 10,240. Fix: set a whole number above 1024, up to 10,240.',
  ],
};
