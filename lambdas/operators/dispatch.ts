// Takes start messages in batches: a message that fails goes back to the queue alone, and after its tries to the dead letters.
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { operatorHandler, takeStart } from '../../lib/operators/index.ts';

export const handler = operatorHandler(
  'dispatch',
  process.env,
  async (event: SQSEvent, services, logger): Promise<SQSBatchResponse> => {
    const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
    for (const record of event.Records) {
      const { messageId, body } = record;
      try {
        const answer = await takeStart(record, services);
        if (answer.kept) logger.error('not dispatched', { ...answer, body });
        else logger.info('dispatched', { ...answer });
        if (answer.kept) batchItemFailures.push({ itemIdentifier: messageId });
      } catch (error) {
        logger.error('not dispatched', { messageId, body, error: error instanceof Error ? error : String(error) });
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    return { batchItemFailures };
  },
);
