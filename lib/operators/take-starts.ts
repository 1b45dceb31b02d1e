// A batch of start messages, one after the other. When a service throttles, or all goes slowly, the rest of the batch is not even tried:
// it would be throttled too, and would take the time that the function has.

import { startQueue } from '../records/index.ts';
import { whatToWaitFor } from './pressure.ts';
import { putBack } from './put-back.ts';
import { asItCame, type QueueRecord } from './queue-message.ts';
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
  // A full batch says that there are more; only then is anybody asked how busy the account is.
  const { waitsFor, unknown = '' } = await whatToWaitFor(records.length >= startQueue.batch, services);
  let why: string | undefined;
  for (const record of records) {
    const { messageId, body } = record;
    try {
      if (services.now() - startedAt > longestMs) why ??= 'its batch took too long';
      const answer =
        (why === undefined ? undefined : await spare(record, why, services)) ??
        (await takeStart(record, services, waitsFor));
      if (answer.later === 'throttled') why ??= 'others of its batch were throttled';
      answers.push({ ...answer, body, says: `${answer.says}${unknown}` });
    } catch (error) {
      answers.push({ messageId, kept: true, says: error instanceof Error ? error.message : String(error), body });
    }
  }
  return answers;
};

/** Puts a message back that was not tried; undefined for one that has come again for so long that it has to be. */
const spare = async (record: QueueRecord, why: string, services: Services): Promise<TakenStart | undefined> => {
  const { messageId } = record;
  if (!(await putBack(asItCame(record, services), services))) return undefined;
  return { messageId, kept: false, says: `${why}, so it comes again later`, later: 'throttled' };
};
