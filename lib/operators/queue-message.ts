// A message of the user's own queue as a start message. Which pipeline it is for, synth wrote under the queue's name.
import type { Json, StartMessage } from '../records/index.ts';
import { PermanentError } from '../support/run-errors.ts';
import type { Services } from './services.ts';

/** The part of an SQS record that matters here. */
export interface QueueRecord {
  readonly messageId: string;
  readonly body: string;
  readonly eventSourceARN: string;
  readonly attributes: { readonly SentTimestamp: string };
}

/** Throws PermanentError HDL442: a body that is not JSON goes back, and in the end to the dead letters of its own queue. */
export const startMessageOf = async (
  { messageId, body, eventSourceARN, attributes }: QueueRecord,
  { manifests, startQueueUrl }: Pick<Services, 'manifests' | 'startQueueUrl'>,
): Promise<StartMessage> => {
  const queue = eventSourceARN.split(':').at(-1) ?? '';
  if (startQueueUrl.endsWith(`/${queue}`)) return JSON.parse(body);
  const found = await manifests.queueOf(queue);
  if (!found)
    throw new PermanentError(`HDL445 no trigger takes from the queue ${queue}. Fix: deploy the pipeline again`);
  let detail: Json;
  try {
    detail = JSON.parse(body);
  } catch (error) {
    throw new PermanentError(
      `HDL442 the message ${messageId} of the queue ${queue} is not JSON (${error instanceof Error ? error.message : error}). Fix: send JSON`,
      { cause: error },
    );
  }
  const time = new Date(Number(attributes.SentTimestamp)).toISOString();
  const event = { id: messageId, time, source: queue, detailType: '', detail };
  return { kind: 'event', from: 'queue', ...found, event };
};
