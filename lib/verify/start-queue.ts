// The start queue of the bench: what runs send to it for others and for their own later, delivered when it is due, and again
// by the next engine where the one before ended first.
import type { Clock } from '../local/index.ts';
import type { Outcome } from '../operators/index.ts';
import { compensationName, executionName, type StartMessage } from '../records/index.ts';

export interface StartQueue {
  /** Takes a message, to be delivered in so many seconds, if it is of a kind that the bench delivers. */
  take(body: string, afterSeconds: number): boolean;
  /** Delivers by the next engine what is not done. */
  again(): void;
  /** Resolves when a look has found the Express execution of that name at its end. */
  looked(pipeline: string, execution: string): Promise<void>;
  /** Resolves when the compensation of that name has been asked for, and that was heeded. */
  compensated(pipeline: string, execution: string): Promise<void>;
  /** Why a message could not be delivered, since this was forgotten. */
  lost: unknown;
}

interface Waiting {
  readonly body: string;
  readonly due: number;
}

/** What else is undone is no part of a run. */
const delivered: readonly StartMessage['kind'][] = ['child', 'look', 'compensate'];

export const openStartQueue = (
  clock: () => Clock,
  dispatch: (message: StartMessage) => Promise<Outcome>,
): StartQueue => {
  const undone = new Set<Waiting>();
  const heard = new Map<string, PromiseWithResolvers<void>>();

  const hear = (...words: readonly string[]): PromiseWithResolvers<void> => {
    const name = words.join(' ');
    const known = heard.get(name) ?? Promise.withResolvers<void>();
    heard.set(name, known);
    return known;
  };

  const deliver = async (message: Waiting): Promise<void> => {
    const release = clock().hold();
    try {
      const start: StartMessage = JSON.parse(message.body);
      const { kind } = await dispatch(start);
      undone.delete(message);
      if (start.kind === 'look' && kind !== 'underWay')
        hear('look', start.pipeline, executionName(start.run, start.generation)).resolve();
      if (start.kind === 'compensate') hear(start.kind, start.pipeline, compensationName(start.run, start)).resolve();
    } catch (error) {
      queue.lost = error; // the engine may be going down: then it is delivered again by the next
    } finally {
      release();
    }
  };

  const schedule = (message: Waiting): void => {
    const current = clock();
    if (message.due <= current.now()) return void deliver(message);
    current.after(message.due - current.now(), () => {
      if (clock() === current) void deliver(message); // else the next engine's clock has it
    });
  };

  const queue: StartQueue = {
    lost: undefined,
    take: (body, afterSeconds) => {
      if (!delivered.includes(JSON.parse(body).kind)) return false;
      const message: Waiting = { body, due: clock().now() + afterSeconds * 1_000 };
      undone.add(message);
      schedule(message);
      return true;
    },
    again: () => {
      for (const message of undone) schedule(message);
    },
    looked: (pipeline, execution) => hear('look', pipeline, execution).promise,
    compensated: (pipeline, execution) => hear('compensate', pipeline, execution).promise,
  };
  return queue;
};
