import { validate } from '../../../lib/pipelines/customer-intelligence/collect/contracts.ts';
import { checkRow } from '../../../lib/pipelines/customer-intelligence/reading/check-row.ts';
import { PermanentError, stageHandler } from '../../../lib/runtime/index.ts';

export const handler = stageHandler(validate, async ({ input }) => {
  const checked = checkRow(input);
  if (!checked.ok) throw new PermanentError(checked.problem);
  return checked.value;
});
