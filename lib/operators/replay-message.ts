import { type ReplayMessage, replayMessageOf } from '../records/index.ts';
import { PermanentError } from '../support/run-errors.ts';

/** Reads a message of the replay queue. Throws PermanentError HDL429 for one that names no dead letter. */
export const readReplayMessage = (body: string): ReplayMessage => {
  const message = replayMessageOf(body);
  if (message) return message;
  throw new PermanentError(
    `HDL429 the message ${JSON.stringify(body.slice(0, 200))} names no dead letter. Expected { "pipeline", "run", "stage" } and, of a map, "item". Fix: send what heddle dead-letters replay sends; see it as start/… in heddle dead-letters list`,
  );
};
