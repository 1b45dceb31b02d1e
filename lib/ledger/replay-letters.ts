// A person has dead letters done again: sent to the replay queue, as AWS's own redrive would, and taken off the dead-letter queue.
import type { DeadLetter, PipelineManifest, ReplayMessage } from '../records/index.ts';
import type { Aws } from '../support/aws-call.ts';
import { sendMessages } from '../support/send-messages.ts';
import type { DeadLetters } from './dead-letters.ts';
import { takeOutSent } from './take-out.ts';

/** Dead letters of one pipeline, many at a time: for each call the queue is looked through. Sent again they do nothing more: the ledger knows which were replayed. */
export const replayLetters = async (
  aws: Aws,
  { deadLetters }: { readonly deadLetters: Pick<DeadLetters, 'get'> },
  { replayQueueUrl, deadLetterQueueUrl }: Pick<PipelineManifest, 'replayQueueUrl' | 'deadLetterQueueUrl'>,
  letters: readonly Pick<DeadLetter, 'pipeline' | 'run' | 'stage' | 'item' | 'generation' | 'round' | 'reopenedIn'>[],
  told: Pick<ReplayMessage, 'by' | 'because'>,
): Promise<void> => {
  const messages = letters.map(({ pipeline, run, stage, item }) => ({ pipeline, run, stage, item, ...told }));
  await sendMessages(aws, replayQueueUrl, messages);
  await takeOutSent(aws, deadLetters, deadLetterQueueUrl, letters);
};
