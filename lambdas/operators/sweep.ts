// Called every few minutes. A run that could not be looked at fails the call when all others have been, so that somebody is told.
import { operatorHandler, sweep } from '../../lib/operators/index.ts';

export const handler = operatorHandler('sweep', process.env, async (_, services, logger) => {
  const { looked, failed, pools } = await sweep(services);
  logger.info('swept', { looked, failed, pools });
  if (pools.length > 0) throw new Error(`${pools.length} pools could not be looked at: ${pools[0]?.why}`);
  if (failed.length > 0)
    throw new Error(`${failed.length} of ${looked} runs could not be looked at: ${failed[0]?.why}`);
});
