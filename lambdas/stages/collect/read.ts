import { read } from '../../../lib/pipelines/customer-intelligence/collect/contracts.ts';
import { readDrop } from '../../../lib/pipelines/customer-intelligence/reading/read-drop.ts';
import { PermanentError, stageHandler } from '../../../lib/runtime/index.ts';

export const handler = stageHandler(read, async ({ input, log, store }) => {
  const drop = readDrop(input.key, await store.readText(input));
  if (!drop.ok) throw new PermanentError(drop.problem);
  const { file, rows, notes } = drop.value;
  log.info('read', { file, rows: rows.length });
  return { file, rows: [...rows], notes: [...notes] };
});
