import { countByDay } from '../../../lib/pipelines/customer-intelligence/terms/daily.ts';
import { daily } from '../../../lib/pipelines/customer-intelligence/trends/contracts.ts';
import { PermanentError, stageHandler } from '../../../lib/runtime/index.ts';

export const handler = stageHandler(daily, async ({ input }) => {
  const days = countByDay(input.scored);
  const [from, to] = [days.at(0)?.day, days.at(-1)?.day];
  if (from === undefined || to === undefined) throw new PermanentError('no review has a score; expected one or more');
  return { days, from, to };
});
