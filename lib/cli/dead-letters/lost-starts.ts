// Dead letters of triggers: start messages that were given up, and events that could not be delivered as such. Why a message was
// given up is in the ledger; what lies in the two queues and is not there, is told as its queue has it.

import { lookThrough, messagesOn, textsOf, type WaitingMessage } from '../../ledger/index.ts';
import { carriedAttributes, type LostStart, lostStartId, replayAttributes, startFacts } from '../../records/index.ts';
import { LambdaFailedError } from '../../support/aws-call.ts';
import { awaitThat } from '../await-run.ts';
import type { Setting } from '../setting.ts';
import type { Target } from '../target.ts';
import { mendedProblem } from './mended.ts';
import { type Among, putBack, refusalOfQueue, strays, takeOffQueue, textAttributes } from './other-queues.ts';

const queuesOf = ({ manifest }: Target): readonly string[] => [
  manifest.startDeadLetterQueueUrl,
  manifest.undeliveredQueueUrl,
];

/** All that there are, closed ones too; of a pipeline's own dead letters, or of all pipelines', what is none. */
export const lostStarts = async (target: Target, among: Among): Promise<readonly LostStart[]> => {
  const byId = new Map((await target.ledger.lostStarts.list()).map((lost) => [lost.id, lost]));
  for (const queueUrl of queuesOf(target)) {
    if ((await messagesOn(target.aws, queueUrl)) === 0) continue;
    const { left } = await lookThrough(target.aws, queueUrl, () => false);
    for (const message of left) add(byId, asQueued(message));
  }
  for (const stray of await strays(target, among)) add(byId, stray);
  return [...byId.values()];
};

/** One that came again since it was closed is open. */
const add = (byId: Map<string, LostStart>, lost: LostStart): void => {
  const { closedAt } = byId.get(lost.id) ?? {};
  if (!byId.has(lost.id) || (closedAt !== undefined && closedAt < lost.lastAt)) byId.set(lost.id, lost);
};

/** One of a user's queue that came by way of the start queue is known by the queue that it was sent to. */
const idOf = (message: WaitingMessage): string => lostStartId(message.Body, textsOf(message)[carriedAttributes.queue]);

/** EventBridge and the Scheduler say why in these attributes; Lambda in others. */
const asQueued = (message: WaitingMessage): LostStart => {
  const { Body, Attributes = {} } = message;
  const attributes = textsOf(message);
  const { ERROR_CODE, ERROR_MESSAGE, RETRY_ATTEMPTS, ErrorCode, ErrorMessage } = attributes;
  const { [carriedAttributes.queue]: queue, [replayAttributes.messageId]: messageId = message.MessageId } = attributes;
  const sent = new Date(Number(Attributes.SentTimestamp ?? 0)).toISOString();
  return {
    id: idOf(message),
    ...startFacts(Body, attributes),
    ...(queue === undefined ? {} : { queue, messageId, trigger: `queue: ${queue}` }),
    error: ERROR_CODE ?? (ErrorCode === undefined ? 'NotRecorded' : `Lambda ${ErrorCode}`),
    cause: ERROR_MESSAGE ?? ErrorMessage ?? 'the log of the dispatch function says why',
    attempts: 1 + Number(RETRY_ATTEMPTS ?? 0),
    firstAt: sent,
    lastAt: sent,
    message: { kind: 'inline', json: JSON.stringify(Body) },
    attributes,
  };
};

/** The event that `reconcile` hears of. */
const executionEnded = 'Step Functions Execution Status Change';

/** Where a message was to go. An alert is for a person, and is not sent again. */
const wayOf = (
  body: string,
  { attributes: { TARGET_ARN = '' }, queue }: LostStart,
): 'start' | 'queue' | 'reconcile' | 'alert' => {
  if (queue !== undefined) return 'queue';
  if (TARGET_ARN.includes(':sns:')) return 'alert';
  return startFacts(body, {}).trigger === `event: ${executionEnded}` ? 'reconcile' : 'start';
};

/** The text of its message. */
export const bodyOf = async ({ ledger }: Target, { message }: LostStart): Promise<string> =>
  (await ledger.payloads.load(message)) as string; // it was stored as a text

/** Why one cannot be replayed; undefined where it can. `mended` is to go instead of its message. */
export const refusalOf = async (
  target: Target,
  lost: LostStart,
  mended: string | undefined,
  setting: Setting,
): Promise<string | undefined> => {
  if (mended === undefined && !(await target.ledger.payloads.exists(lost.message)))
    return 'its message is gone from the payload bucket';
  const body = await bodyOf(target, lost);
  switch (wayOf(body, lost)) {
    case 'alert':
      return 'an alert: read it with heddle dead-letters show, then discard it';
    case 'queue':
      return refusalOfQueue(target, lost, body, mended, setting);
    case 'start':
      return mended === undefined ? undefined : mendedProblem(target, lost, mended, 'start', setting);
    case 'reconcile':
      return undefined;
  }
};

type Told = { readonly by: string; readonly because?: string };

/**
 * Sends one on its way again, or `mended` instead, and gives what became of it. Recorded first and taken off its queue last:
 * whatever happens in between, it is in one of them.
 */
export const replayStart = async (target: Target, lost: LostStart, told: Told, mended?: string): Promise<LostStart> => {
  const { aws, ledger, manifest } = target;
  const stored = await bodyOf(target, lost);
  const isOpen = await keep(target, lost);
  const before = (await ledger.lostStarts.get(lost.id)) ?? lost;
  if (!isOpen) {
    await takeOff(target, lost.id);
    return before;
  }
  const body = mended ?? stored;
  const way = wayOf(stored, lost);
  const attributes = { [replayAttributes.by]: told.by, [replayAttributes.because]: told.because };
  if (way === 'queue') await putBack(target, lost, stored, { body, attributes });
  else if (way === 'reconcile') await settleAgain(target, lost, body, told);
  else {
    const { RULE_ARN } = lost.attributes;
    const MessageAttributes = textAttributes({ RULE_ARN, ...attributes });
    await aws.call('sqs', 'SendMessage', { QueueUrl: manifest.startQueueUrl, MessageBody: body, MessageAttributes });
  }
  if (mended !== undefined && way !== 'reconcile') {
    const closing = { state: 'replayed', closedBy: told.by, closedAt: new Date().toISOString() } as const;
    const says = `a mended message was sent in its place${told.because === undefined ? '' : ` (${told.because})`}`;
    await ledger.lostStarts.close(lost.id, { ...closing, because: says });
  }
  await takeOff(target, lost.id);
  const after = await awaitThat(
    () => ledger.lostStarts.get(lost.id),
    ({ state, attempts }) => state !== 'open' || attempts > before.attempts,
  );
  return after ?? before;
};

/**
 * Takes the message of one off its queue, and closes it for good: who dies in between leaves it open, so that whoever asks again finds
 * it. False where somebody else closed it meanwhile.
 */
export const discardStart = async (
  target: Target,
  lost: LostStart,
  { by, at, because }: { readonly by: string; readonly at: string; readonly because: string },
): Promise<boolean> => {
  await keep(target, lost);
  await takeOff(target, lost.id);
  if (lost.queue !== undefined) {
    const isThere = await target.ledger.payloads.exists(lost.message);
    await takeOffQueue(target, lost, isThere ? await bodyOf(target, lost) : undefined);
  }
  const closed = { state: 'discarded', closedBy: by, closedAt: at, because } as const;
  const isClosed = await target.ledger.lostStarts.close(lost.id, closed);
  await takeOff(target, lost.id); // what came there meanwhile; from now on dispatch keeps it no longer
  return isClosed;
};

/** What only its queue had is in the ledger from now on. False for one that somebody closed meanwhile. */
const keep = async ({ ledger }: Target, lost: LostStart): Promise<boolean> => {
  const { state, closedAt } = (await ledger.lostStarts.get(lost.id)) ?? {};
  if (state === 'open') return true;
  if (closedAt !== undefined && closedAt >= lost.lastAt) return false;
  const body = await ledger.payloads.load(lost.message);
  await ledger.lostStarts.record({ ...lost, message: await ledger.payloads.store('lost-starts', body) });
  await ledger.lostStarts.told(lost.id); // the person who asks for it knows
  return true;
};

const takeOff = async (target: Target, id: string): Promise<void> => {
  for (const queueUrl of queuesOf(target))
    if ((await messagesOn(target.aws, queueUrl)) > 0)
      await lookThrough(target.aws, queueUrl, (message) => idOf(message) === id);
};

/** The event of an execution that died is `reconcile`'s; it may be called again and again. */
const settleAgain = async (
  { aws, ledger, manifest }: Target,
  lost: LostStart,
  body: string,
  { by, because }: Told,
): Promise<void> => {
  const at = new Date().toISOString();
  try {
    await aws.invoke(`${manifest.orchestrator}-reconcile`, JSON.parse(body));
    const says = `settled by reconcile${because === undefined ? '' : ` (${because})`}`;
    await ledger.lostStarts.close(lost.id, { state: 'replayed', closedBy: by, closedAt: at, because: says });
  } catch (error) {
    if (!(error instanceof LambdaFailedError)) throw error;
    await ledger.lostStarts.record({ ...lost, attempts: 1, error: error.name, cause: error.message, lastAt: at });
  }
};
