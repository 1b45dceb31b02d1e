// Takes dead letters from a pipeline's replay queue: one that cannot be replayed goes back to the queue alone.
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { operatorHandler, replay } from '../../lib/operators/index.ts';

export const handler = operatorHandler(
  'replay',
  process.env,
  async (event: SQSEvent, services, logger): Promise<SQSBatchResponse> => {
    const answers = await replay(event.Records, services);
    for (const answer of answers) {
      if (answer.kept) logger.error('not replayed', { ...answer });
      else logger.info('replayed', { ...answer });
    }
    return {
      batchItemFailures: answers.flatMap(({ kept, messageId }) => (kept ? [{ itemIdentifier: messageId }] : [])),
    };
  },
);
