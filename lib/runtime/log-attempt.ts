import type { Logger } from '@aws-lambda-powertools/logger';
import type middy from '@middy/core';
import { batchNumber } from '../ledger/index.ts';
import type { StageCall } from '../records/index.ts';

/** Puts pipeline, run and stage on every log line of the attempt, and logs the error that ends it. */
export const logAttempt = (logger: Logger): middy.MiddlewareObj<StageCall> => ({
  before: ({ event, context }) => {
    logger.resetKeys();
    logger.appendKeys({
      pipeline: event.run.pipeline,
      run: event.run.id,
      stage: event.stage,
      ...(event.batch ? { batch: batchNumber(event.batch) } : {}),
      requestId: context.awsRequestId,
    });
  },
  onError: ({ error }) => {
    if (error) logger.error('the attempt failed', error);
  },
});
