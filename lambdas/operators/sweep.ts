// Called every few minutes. A run that could not be looked at fails the call when all others have been, so that somebody is told.
import { operatorHandler, sweep } from '../../lib/operators/index.ts';

export const handler = operatorHandler('sweep', process.env, async (_, services, logger) => {
  const { looked, failed } = await sweep(services);
  logger.info('swept', { looked, failed });
  if (failed.length > 0)
    throw new Error(`${failed.length} of ${looked} runs could not be looked at: ${failed[0]?.why}`);
});
