import { definePipeline, objectDropped } from '../../../definition/index.ts';
import { sourceDays } from '../partitions.ts';
import { droppedFile, read, split, validate } from './contracts.ts';

/** Reads a drop of reviews, checks it row by row, and counts it by source. A bad row costs that row only. */
export const collect = definePipeline(
  'collect',
  {
    description: 'Reads a drop of reviews, checks every row and counts them by source.',
    input: droppedFile,
    partitions: sourceDays,
    triggers: [objectDropped('drops/{day}/{source}/*'), objectDropped('trials/{partition}/*')],
  },
  (flow) => {
    const drop = flow.task(read, { bucket: flow.input.bucket, key: flow.input.key });
    // Above half, the file is not what it says it is, and a report on the rest would mislead.
    const checked = flow.map(validate, drop.rows, (row) => row, { batch: 250, tolerate: { percent: 50 } });
    const parts = flow.task(split, { rows: drop.rows, reviews: checked.outputs });
    return {
      run: flow.run.id,
      file: drop.file,
      notes: drop.notes,
      reviews: checked.outputs,
      rows: parts.rows,
      sources: parts.sources,
      rejected: parts.rejected,
      rejectedCount: parts.rejectedCount,
    };
  },
);
