import { countDays } from '../../../lib/pipelines/customer-intelligence/terms/count-days.ts';
import { daily } from '../../../lib/pipelines/customer-intelligence/trends/contracts.ts';
import { PermanentError, stageHandler } from '../../../lib/runtime/index.ts';

export const handler = stageHandler(daily, async ({ input }) => {
  const days = countDays(input.reviews);
  const [from, to] = [days.at(0)?.day, days.at(-1)?.day];
  if (from === undefined || to === undefined) throw new PermanentError('there are no reviews; expected one or more');
  return { days, from, to };
});
