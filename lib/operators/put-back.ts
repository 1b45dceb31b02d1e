// A start that was throttled did not fail: its message goes back as a new one, to come again later and later, so that it never counts
// towards the dead letters. Sent first, then taken off: a crash in between has it come twice, which starts nothing twice.
import { startQueue, throttledAttribute } from '../records/index.ts';
import type { Message } from './queue-message.ts';
import { isoTime, type Services } from './services.ts';

/** As long as the queue itself would keep a message; then it has failed after all. */
const longestMs = 4 * 86_400_000;

/** False for one that has come back for so long that it is given up. */
export const putBack = async (
  { body, attributes }: Message,
  { aws, startQueueUrl, now, random = Math.random }: Services,
): Promise<boolean> => {
  const [before = '0', since = isoTime(now())] = (attributes[throttledAttribute] ?? '').split(' ').filter(Boolean);
  if (now() - Date.parse(since) > longestMs) return false;
  const times = Number(before) + 1;
  const { firstPauseSeconds, longestPauseSeconds } = startQueue;
  const pause = Math.min(longestPauseSeconds, firstPauseSeconds * 2 ** (times - 1));
  const marked = { ...attributes, [throttledAttribute]: `${times} ${since}` };
  await aws.call('sqs', 'SendMessage', {
    QueueUrl: startQueueUrl,
    MessageBody: body,
    // By chance, so that those who were throttled together do not come back together.
    DelaySeconds: Math.max(1, Math.round(random() * pause)),
    MessageAttributes: Object.fromEntries(
      Object.entries(marked).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
    ),
  });
  return true;
};
