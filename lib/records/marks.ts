// Marks that differ in shape, so that nothing is told by colour alone: the same in a terminal and in the console.
import type { PartitionState } from './partition-state.ts';
import type { Status } from './status.ts';

export const marks: { readonly [status in Status]: string } = {
  pending: '·',
  waiting: '…',
  running: '▸',
  completed: '✓',
  failed: '✗',
  skipped: '–',
  cancelled: '■',
};

export const stateMarks: { readonly [state in PartitionState]: string } = {
  missing: '·',
  running: '▸',
  completed: '✓',
  failed: '✗',
  stale: '↻',
  skipped: '–',
};
