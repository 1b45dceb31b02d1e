import type { Aws } from './aws-call.ts';

/** SQS takes no more in a batch: so many messages, and so many bytes of all of them. */
const mostAtOnce = 10;
const mostBytes = 1_048_576;

/** In their order. One that is larger than all of a batch may be is alone in its own: the queue says why it refuses it. */
function* batchesOf(bodies: Iterable<string>): Generator<readonly string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for (const body of bodies) {
    const own = Buffer.byteLength(body);
    if (batch.length === mostAtOnce || (batch.length > 0 && bytes + own > mostBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(body);
    bytes += own;
  }
  if (batch.length > 0) yield batch;
}

/** Sends messages in their order, as JSON. Throws where the queue did not take all of a batch: sent again, some come twice. */
export const sendMessages = async (aws: Aws, QueueUrl: string, messages: readonly object[]): Promise<void> => {
  for (const batch of batchesOf(messages.map((message) => JSON.stringify(message)))) {
    const Entries = batch.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    const { Failed = [] } = await aws.call('sqs', 'SendMessageBatch', { QueueUrl, Entries });
    const [first] = Failed as readonly { readonly Code?: string; readonly Message?: string }[];
    if (first)
      throw new Error(
        `${QueueUrl} did not take a message: ${first.Code ?? ''} ${first.Message ?? 'no reason was given'}`,
      );
  }
};
