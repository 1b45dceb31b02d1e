// Called every few minutes. A run or pool that could not be looked at fails the call when all others have been, so that somebody is told.
import { operatorHandler, sweep } from '../../lib/operators/index.ts';

export const handler = operatorHandler('sweep', process.env, async (_, services, logger) => {
  const { looked, failed, pools } = await sweep(services);
  logger.info('swept', { looked, failed, pools });
  const [first] = [...failed, ...pools];
  if (first)
    throw new Error(
      `${failed.length} of ${looked} runs and ${pools.length} pools could not be looked at: ${first.why}`,
    );
});
