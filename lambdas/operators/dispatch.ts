// Takes start messages in batches: a message that fails goes back to the queue alone, and after its tries to the dead letters.
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { operatorHandler, takeStarts } from '../../lib/operators/index.ts';

export const handler = operatorHandler(
  'dispatch',
  process.env,
  async (event: SQSEvent, services, logger): Promise<SQSBatchResponse> => {
    const answers = await takeStarts(event.Records, services);
    for (const { body, ...answer } of answers) {
      if (answer.kept) logger.error('not dispatched', { ...answer, body });
      else if (answer.later) logger.warn('later', { ...answer });
      else logger.info('dispatched', { ...answer });
    }
    return {
      batchItemFailures: answers.flatMap(({ kept, messageId }) => (kept ? [{ itemIdentifier: messageId }] : [])),
    };
  },
);
