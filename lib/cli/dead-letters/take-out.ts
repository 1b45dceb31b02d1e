// Takes messages of dead letters off a dead-letter queue, so that an alarm on it tells of what is still open.
import { letterName } from '../../records/index.ts';
import type { Aws } from '../../support/aws-call.ts';

/** How long the other messages are hidden meanwhile. */
const hiddenSeconds = 60;

interface Message {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
}

const nameIn = ({ Body }: Message): string | undefined => {
  try {
    return letterName(JSON.parse(Body));
  } catch {
    return undefined; // somebody else's message: it stays
  }
};

/** Deletes the messages of these letters (by `letterName`); gives how many. Others show up again at once. */
export const takeOut = async (aws: Aws, QueueUrl: string, names: ReadonlySet<string>): Promise<number> => {
  const others: Message[] = [];
  const seen = new Set<string>();
  let taken = 0;
  for (;;) {
    // A short poll may miss messages on AWS.
    const input = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: hiddenSeconds, WaitTimeSeconds: 1 };
    const { Messages = [] } = await aws.call('sqs', 'ReceiveMessage', input);
    const messages = Messages as readonly Message[];
    // A message that comes again says that the round is over.
    if (messages.length === 0 || messages.some(({ MessageId }) => seen.has(MessageId))) break;
    for (const message of messages) {
      seen.add(message.MessageId);
      const name = nameIn(message);
      if (name !== undefined && names.has(name)) {
        await aws.call('sqs', 'DeleteMessage', { QueueUrl, ReceiptHandle: message.ReceiptHandle });
        taken += 1;
      } else others.push(message);
    }
    if (taken >= names.size) break;
  }
  for (const { ReceiptHandle } of others)
    await aws.call('sqs', 'ChangeMessageVisibility', { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 });
  return taken;
};
