import type { Status } from '../records/index.ts';

/** Marks that differ in shape, so that nothing is told by colour alone. */
export const marks: { readonly [status in Status]: string } = {
  pending: '·',
  waiting: '…',
  running: '▸',
  completed: '✓',
  failed: '✗',
  skipped: '–',
  cancelled: '■',
};
