// Takes start messages in batches: a message that fails goes back to the queue alone, and after its tries to the dead letters.
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { dispatch, operatorHandler } from '../../lib/operators/index.ts';

export const handler = operatorHandler(
  'dispatch',
  process.env,
  async (event: SQSEvent, services, logger): Promise<SQSBatchResponse> => {
    const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
    for (const { messageId, body } of event.Records) {
      try {
        logger.info('dispatched', { messageId, ...(await dispatch(JSON.parse(body), services)) });
      } catch (error) {
        logger.error('not dispatched', { messageId, body, error: error instanceof Error ? error : String(error) });
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    return { batchItemFailures };
  },
);
