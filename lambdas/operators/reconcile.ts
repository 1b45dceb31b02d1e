import { type ExecutionEnded, operatorHandler, reconcile } from '../../lib/operators/index.ts';

export const handler = operatorHandler('reconcile', process.env, async (event: ExecutionEnded, services, logger) => {
  const settled = await reconcile(event, process.env.HEDDLE_MACHINE_PREFIX ?? '', services);
  logger.info('reconciled', { execution: event.detail.name, status: event.detail.status, settled });
});
