// Events that are to become one run are gathered in a window. Which window an event belongs to is written before it is put there,
// and it is given the next one only after its window was sealed without it: so it is in exactly one, however often it comes.
import {
  type BatchPolicy,
  closingOf,
  type EventWindow,
  isFull,
  type Json,
  type StartMessage,
  type TriggerRecord,
  type WindowAddress,
} from '../../records/index.ts';
import { PermanentError, TransientError } from '../../support/run-errors.ts';
import { sha256 } from '../../support/sha256.ts';
import type { Outcome } from '../outcome.ts';
import type { Services } from '../services.ts';

/** Each try that fails is another's that did not. */
const mostTries = 200;
/** SQS: the longest delay of a message. */
const longestDelay = 900;
/** What one event may take of a window. */
const mostBytes = 150_000;

export interface Gathered {
  readonly address: WindowAddress;
  readonly trigger: TriggerRecord;
  readonly input: Json;
  readonly policy: BatchPolicy;
  /** Of the object, where it is one. */
  readonly size: number | undefined;
}

/** Throws PermanentError HDL459 for an event that is too large to stand in a window. */
export const gather = async (
  { address, trigger, input, policy, size }: Gathered,
  services: Services,
): Promise<Extract<Outcome, { kind: 'gathered' }>> => {
  const { windows } = services.ledger;
  const json = Buffer.byteLength(JSON.stringify(input));
  if (json > mostBytes)
    throw new PermanentError(
      `HDL459 what ${address.trigger} makes of an event is ${json} bytes of JSON, and one that is gathered in a window has ${mostBytes}. Fix: let its input name where the data is, or do without batched`,
    );
  const id = sha256(trigger.identity).slice(0, 32);
  const member = { id, input, bytes: size ?? json };
  let number = await windows.numberFor(address, id);
  for (let tries = 0; tries < mostTries; tries += 1) {
    const window = await windows.get(address, number);
    const isIn = window?.members.some((each) => each.id === id);
    if (window && !isIn && (window.closed || isFull(window, policy))) {
      number = await windows.moveOn(address, id, number);
      continue;
    }
    const closing = closingOf(window, policy, services.now());
    if (!isIn && !(await windows.add(address, number, window, member, closing))) continue;
    const after = isIn && window ? window : { members: [...(window?.members ?? []), member], ...closing, version: 0 };
    // Again by a repeat, in case the first died before it could.
    if (!after.closed && isFull(after, policy)) await callUp(address, number, policy, 0, services);
    else if (!after.closed && after.members[0]?.id === id)
      await callUp(address, number, policy, secondsUntil(after, services), services);
    return { kind: 'gathered', window: number };
  }
  throw new TransientError(`the windows of ${address.trigger} changed ${mostTries} times under our hands`);
};

const secondsUntil = ({ closesAt }: Pick<EventWindow, 'closesAt'>, { now }: Services): number =>
  Math.max(0, Math.ceil((Date.parse(closesAt) - now()) / 1_000));

/** Has the window looked at, when it is due or full. */
const callUp = async (
  address: WindowAddress,
  number: number,
  batch: BatchPolicy,
  afterSeconds: number,
  { aws, startQueueUrl }: Services,
): Promise<void> => {
  const message: StartMessage = { kind: 'window', ...address, number, batch };
  await aws.call('sqs', 'SendMessage', {
    QueueUrl: startQueueUrl,
    MessageBody: JSON.stringify(message),
    DelaySeconds: Math.min(longestDelay, afterSeconds),
  });
};

/** Closes a window that is due or full, and asks for its run. One that is not yet due is looked at again. */
export const closeWindow = async (
  { pipeline, trigger, group, number, batch }: Extract<StartMessage, { kind: 'window' }>,
  services: Services,
): Promise<Extract<StartMessage, { kind: 'batch' }> | Extract<Outcome, { kind: 'gathered' }>> => {
  const { windows } = services.ledger;
  const address = { pipeline, trigger, group };
  for (let tries = 0; tries < mostTries; tries += 1) {
    const window = await windows.get(address, number);
    if (!window) return { kind: 'gathered', window: number };
    const left = secondsUntil(window, services);
    if (!window.closed && !isFull(window, batch) && left > 0) {
      await callUp(address, number, batch, left, services);
      return { kind: 'gathered', window: number };
    }
    const closed = await windows.close(address, number, window);
    if (closed) return { kind: 'batch', ...address, number, inputs: closed.members.map(({ input }) => input) };
  }
  throw new TransientError(`the window ${number} of ${trigger} changed ${mostTries} times under our hands`);
};
