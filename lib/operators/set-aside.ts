// A message of a replay queue that can never be replayed goes to the dead letters of its pipeline at once, where a person sees it:
// its queue would try it for half an hour before that. Sent first, then taken off: after a crash in between it is there twice, as
// one letter.
import { queueOf } from './queue-message.ts';
import type { Services } from './services.ts';

/** False where nobody knows whose it is. */
export const setAside = async (
  { body, eventSourceARN = '' }: { readonly body: string; readonly eventSourceARN?: string },
  { aws, manifests }: Services,
): Promise<boolean> => {
  const queue = queueOf({ eventSourceARN });
  // `heddle-orders-replay`: no pipeline has a name with a hyphen.
  const manifest = await manifests.of(queue.split('-').at(-2) ?? '');
  if (!manifest?.replayQueueUrl.endsWith(`/${queue}`)) return false;
  await aws.call('sqs', 'SendMessage', { QueueUrl: manifest.deadLetterQueueUrl, MessageBody: body });
  return true;
};
