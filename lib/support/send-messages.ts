import type { Aws } from './aws-call.ts';

const mostAtOnce = 10; // SQS takes no more in a batch

/** Sends messages in their order, as JSON. Throws where the queue did not take all of a batch: sent again, some come twice. */
export const sendMessages = async (aws: Aws, QueueUrl: string, messages: readonly object[]): Promise<void> => {
  for (let start = 0; start < messages.length; start += mostAtOnce) {
    const Entries = messages
      .slice(start, start + mostAtOnce)
      .map((message, index) => ({ Id: String(index), MessageBody: JSON.stringify(message) }));
    const { Failed = [] } = await aws.call('sqs', 'SendMessageBatch', { QueueUrl, Entries });
    const [first] = Failed as readonly { readonly Code?: string; readonly Message?: string }[];
    if (first)
      throw new Error(
        `${QueueUrl} did not take a message: ${first.Code ?? ''} ${first.Message ?? 'no reason was given'}`,
      );
  }
};
