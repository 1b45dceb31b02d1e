// A batch of start messages, one after the other. When a service throttles, or all goes slowly, the rest of the batch is not even tried:
// it would be throttled too, and would take the time that the function has.

import { putBack } from './put-back.ts';
import { isOfStartQueue, type QueueRecord, startMessageOf, textsOf } from './queue-message.ts';
import type { Services } from './services.ts';
import { type TakenStart, takeStart } from './take-start.ts';

export interface Taken extends TakenStart {
  readonly body: string;
}

/** Half of the function's time: what one message takes more is bounded by its own calls. */
const longestMs = 15_000;

/** Never rejects: what cannot even be put back stays on its queue. */
export const takeStarts = async (records: readonly QueueRecord[], services: Services): Promise<readonly Taken[]> => {
  const startedAt = services.now();
  const answers: Taken[] = [];
  let isThrottled = false;
  for (const record of records) {
    const { messageId, body } = record;
    try {
      const isLate = services.now() - startedAt > longestMs;
      const answer = isThrottled || isLate ? await spare(record, services) : await takeStart(record, services);
      if (answer.later) isThrottled = true;
      answers.push({ ...answer, body });
    } catch (error) {
      answers.push({ messageId, kept: true, says: error instanceof Error ? error.message : String(error), body });
    }
  }
  return answers;
};

/** Puts a message back that was not tried. */
const spare = async (record: QueueRecord, services: Services): Promise<TakenStart> => {
  const { messageId } = record;
  const body = isOfStartQueue(record, services) ? record.body : JSON.stringify(await startMessageOf(record, services)); // of a user's queue: what it asks for
  const isBack = await putBack({ body, attributes: textsOf(record) }, services);
  return { messageId, kept: !isBack, says: 'others of its batch were throttled, so it comes again later', later: true };
};
