// Takes start messages in batches: a message that fails goes back to the queue alone, and after its tries to the dead letters.
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { dispatch, operatorHandler, startMessageOf } from '../../lib/operators/index.ts';

export const handler = operatorHandler(
  'dispatch',
  process.env,
  async (event: SQSEvent, services, logger): Promise<SQSBatchResponse> => {
    const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
    for (const record of event.Records) {
      const { messageId, body } = record;
      try {
        logger.info('dispatched', { messageId, ...(await dispatch(await startMessageOf(record, services), services)) });
      } catch (error) {
        logger.error('not dispatched', { messageId, body, error: error instanceof Error ? error : String(error) });
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    return { batchItemFailures };
  },
);
