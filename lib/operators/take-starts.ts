// A batch of start messages, one after the other. When a service throttles, or all goes slowly, the rest of the batch is not even tried:
// it would be throttled too, and would take the time that the function has.

import { type StartMessage, startQueue } from '../records/index.ts';
import { admittedShare } from './pressure.ts';
import { putBack } from './put-back.ts';
import { isOfStartQueue, type QueueRecord, startMessageOf, textsOf } from './queue-message.ts';
import type { Services } from './services.ts';
import { type TakenStart, takeStart } from './take-start.ts';

export interface Taken extends TakenStart {
  readonly body: string;
}

/** Half of the function's time: what one message takes more is bounded by its own calls. */
const longestMs = 15_000;

/** Starts that nobody waits for in front of a screen, or in a run that is under way. */
const patient: readonly string[] = [
  'object',
  'event',
  'schedule',
  'upstream',
  'batch',
  'backfill',
] satisfies StartMessage['kind'][];

/** Never rejects: what cannot even be put back stays on its queue. */
export const takeStarts = async (records: readonly QueueRecord[], services: Services): Promise<readonly Taken[]> => {
  const { now, random = Math.random } = services;
  const startedAt = now();
  const answers: Taken[] = [];
  // A full batch says that there are more; only then is anybody asked how busy the account is.
  const admitted = records.length < startQueue.batch ? { share: 1 } : await admittedOf(services);
  let isThrottled = false;
  for (const record of records) {
    const { messageId, body } = record;
    try {
      const tooLate = isThrottled || now() - startedAt > longestMs;
      const turnedAway = !tooLate && admitted.share < 1 && isPatient(record, services) && random() >= admitted.share;
      const reason = tooLate ? 'others of its batch were throttled' : 'Lambda is throttled';
      const answer =
        tooLate || turnedAway
          ? await spare(record, `${reason}, so it comes again later`, services)
          : await takeStart(record, services);
      if (answer.later && !turnedAway) isThrottled = true;
      answers.push({ ...answer, body, says: `${answer.says}${admitted.unknown ?? ''}` });
    } catch (error) {
      answers.push({ messageId, kept: true, says: error instanceof Error ? error.message : String(error), body });
    }
  }
  return answers;
};

/** Who cannot say how busy it is must not keep runs from starting: it is said with each message instead. */
const admittedOf = async (services: Services): Promise<{ readonly share: number; readonly unknown?: string }> => {
  try {
    return { share: await admittedShare(services) };
  } catch (error) {
    return { share: 1, unknown: ` (how busy Lambda is could not be read: ${error})` };
  }
};

/** Of a user's queue, all are. */
const isPatient = (record: QueueRecord, services: Services): boolean => {
  if (!isOfStartQueue(record, services)) return true;
  const [, kind = ''] = /"kind":\s*"(\w+)"/.exec(record.body) ?? [];
  return patient.includes(kind);
};

/** Puts a message back that was not tried. */
const spare = async (record: QueueRecord, says: string, services: Services): Promise<TakenStart> => {
  const { messageId } = record;
  // Of a user's queue: what it asks for.
  const body = isOfStartQueue(record, services) ? record.body : JSON.stringify(await startMessageOf(record, services));
  const isBack = await putBack({ body, attributes: textsOf(record) }, services);
  return { messageId, kept: !isBack, says, later: true };
};
