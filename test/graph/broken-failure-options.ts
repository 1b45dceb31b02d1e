// What the rules refuse of what a stage, or a run, is to do when things go wrong: each definition with its messages in full.
import type { Pipeline } from '../../lib/definition/index.ts';
import { retryPolicy } from '../../lib/definition/retry.ts';
import { clean, limited, list, orders, publish } from './definitions.ts';

export const brokenFailureOptions: Record<string, [Pipeline | readonly Pipeline[], ...string[]]> = {
  'a compensation that takes something else': [
    orders((flow) => flow.task(clean, { key: 'k' }, { compensate: publish as never })),
    'HDL251 orders.clean: publish cannot undo clean: its contract wants input.rows as a number, which is not there. Fix: let publish take z.object({ input, output }) with what it needs of those of clean.',
  ],
  'a stage that undoes itself': [
    orders((flow) => flow.task(list, flow.input, { compensate: list as never })),
    'HDL251 orders.list: list is to be undone by list itself. Fix: define a stage that takes back what it does.',
  ],
  'nothing to undo a stage that is to be undone': [
    orders((flow) => flow.task(list, flow.input, { onCancel: 'compensate' })),
    "HDL251 orders.list: onCancel is 'compensate', but nothing undoes the stage. Fix: name what does with compensate, or leave onCancel out.",
  ],
  'a heartbeat that comes after the timeout': [
    limited({ timeoutSeconds: 30, heartbeatSeconds: 30 }),
    'HDL209 orders.list: heartbeat is 30 s, but timeout stops every call after 30 s. Fix: set a shorter heartbeat, or leave it out.',
  ],
  'more memory that is none': [
    limited({ memoryMb: 1_024, retry: retryPolicy({ moreMemoryMb: 1_024 }) }),
    'HDL209 orders.list: retry.moreMemoryMb is 1024, but the stage has 1024 MB already, and Lambda at most 10,240. Fix: set a whole number above 1024, up to 10,240.',
  ],
};
