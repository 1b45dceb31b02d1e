// Takes one message off the start queue. One that cannot start a run stays on the queue, which hands it to its dead letters
// after its tries; and why is in the ledger, where a person finds it, from the fifth of them at the latest.
import {
  carriedAttributes,
  type LostStart,
  lostStartId,
  lostStartName,
  replayAttributes,
  runEvents,
  type StartMessage,
  startFacts,
  startQueue,
  throttledAttribute,
} from '../records/index.ts';
import { isThrottle } from '../support/aws-call.ts';
import { isPermanent } from '../support/run-errors.ts';
import { lostStartText } from './alert-text.ts';
import { dispatch } from './dispatch.ts';
import type { Outcome } from './outcome.ts';
import { putBack } from './put-back.ts';
import {
  asItCame,
  isOfStartQueue,
  ownTexts,
  type QueueRecord,
  queueOf,
  startMessageOf,
  textsOf,
} from './queue-message.ts';
import type { Replayed } from './replay.ts';
import { isoTime, type Services } from './services.ts';

/** A message as it came. One of the user's queue is sent again there: what is made of it may be another by then. */
interface StartDelivery extends Pick<LostStart, 'queue' | 'messageId' | 'attributes'> {
  readonly body: string;
  /** Of a user's queue: the pipeline whose trigger takes from it. */
  readonly pipeline?: string;
}

/** `later`: it comes again as a message of its own, as it was `throttled`, or gives way to others. */
export interface TakenStart extends Replayed {
  readonly later?: 'throttled' | 'givesWay';
}

/** Those of queues that mean nothing once the message is kept: who sends it again begins anew. */
const passing: readonly string[] = [throttledAttribute, ...Object.values(carriedAttributes)];

/**
 * Never rejects for the message's own fault; rejects when its failure cannot be recorded. `waitsFor` says why a start is to wait for
 * others; it is not asked of one that has come again for too long.
 */
export const takeStart = async (
  record: QueueRecord,
  services: Services,
  waitsFor: (message: StartMessage) => Promise<string | undefined> = async () => undefined,
): Promise<TakenStart> => {
  const { messageId } = record;
  const attributes = Object.fromEntries(Object.entries(textsOf(record)).filter(([name]) => !passing.includes(name)));
  let delivery: StartDelivery = { body: record.body, attributes };
  let again = asItCame(record, services);
  try {
    if (!isOfStartQueue(record, services)) {
      const queue = queueOf(record);
      delivery = { ...delivery, queue, messageId: attributes[replayAttributes.messageId] ?? messageId };
      const { pipeline } = (await services.manifests.queueOf(queue)) ?? {};
      if (pipeline !== undefined) delivery = { ...delivery, pipeline };
    }
    const message = await startMessageOf(record, services);
    if (delivery.queue !== undefined) again = { body: JSON.stringify(message), attributes: ownTexts(record) };
    const reason = await waitsFor(message);
    if (reason !== undefined && (await putBack(again, services)))
      return { messageId, kept: false, says: `${reason}, so it comes again later`, later: 'givesWay' };
    const outcome = await dispatch(message, services);
    await close(delivery, outcome, services);
    return { messageId, kept: false, says: inWords(outcome) };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    if (isThrottle(error) && (await putBack(again, services)))
      return { messageId, kept: false, says: `throttled, and comes again later: ${error.message}`, later: 'throttled' };
    // Anything else may be mended by the next try.
    const isFinal = isPermanent(error) || Number(record.attributes.ApproximateReceiveCount) >= startQueue.toldAfter;
    const kept = !isFinal || (await recordLost(delivery, error, services));
    return { messageId, kept, says: error.message };
  }
};

const inWords = (outcome: Outcome): string => {
  if ('run' in outcome) return `${outcome.kind}: ${outcome.run}`;
  if (outcome.kind === 'gathered') return `gathered: in window ${outcome.window}`;
  if (outcome.kind === 'spread') return `spread: over ${outcome.partitions} partitions`;
  if (outcome.kind === 'advanced') {
    const { backfill, asked, status, waitsFor } = outcome;
    return `advanced: ${backfill}, ${asked} asked, ${status}${waitsFor === undefined ? '' : `: ${waitsFor}`}`;
  }
  return `${outcome.kind}: ${'reason' in outcome ? outcome.reason : outcome.runs}`;
};

/** What was given up before has come through after all, by a person's command or a redrive. */
const close = async (
  { body, attributes, queue }: StartDelivery,
  outcome: Outcome,
  { ledger, now }: Services,
): Promise<void> => {
  const id = lostStartId(body, queue);
  if ((await ledger.lostStarts.get(id))?.state !== 'open') return;
  const said = attributes[replayAttributes.because];
  await ledger.lostStarts.close(id, {
    state: 'replayed',
    closedBy: attributes[replayAttributes.by] ?? 'a further try, or a redrive of the queue',
    closedAt: isoTime(now()),
    because: `${inWords(outcome)}${said === undefined ? '' : ` (${said})`}`,
  });
};

/** A message may be discarded while the queue still tries it: for so long it is the one that somebody meant. */
const triesMs = startQueue.receives * startQueue.visibilitySeconds * 1_000;

/** False for one that somebody has discarded meanwhile, which need not be kept. */
const recordLost = async ({ body, ...delivery }: StartDelivery, error: Error, services: Services): Promise<boolean> => {
  const { ledger, now } = services;
  const { queue, messageId } = delivery;
  const at = isoTime(now());
  const id = lostStartId(body, queue);
  const before = await ledger.lostStarts.get(id);
  const wasMeant = before?.state === 'discarded' && before.messageId === messageId;
  if (wasMeant && now() - Date.parse(before.closedAt ?? at) < triesMs) return false;
  const lost: LostStart = {
    id,
    ...(queue === undefined ? startFacts(body, delivery.attributes) : { trigger: `queue: ${queue}` }),
    ...delivery,
    error: error.name,
    cause: error.message,
    attempts: 1,
    firstAt: at,
    lastAt: at,
    message: await ledger.payloads.store(place, body),
  };
  if (!(await ledger.lostStarts.record(lost))) return true;
  await tellLost(lost, services);
  await ledger.lostStarts.told(lost.id);
  return true;
};

/** In the payload bucket: no pipeline has a name with a hyphen. */
const place = 'lost-starts';

/** At least once, as all events. */
const tellLost = async (lost: LostStart, { aws, eventBus, commandOptions = '' }: Services): Promise<void> => {
  const { pipeline, trigger, error, cause, firstAt: since } = lost;
  const text = lostStartText(lost, commandOptions);
  const detail = { id: lostStartName(lost), pipeline, trigger, error, cause: cause.slice(0, 1_000), since, text };
  const { FailedEntryCount, Entries } = await aws.call('events', 'PutEvents', {
    Entries: [
      {
        Source: runEvents.source,
        DetailType: runEvents.startFailed,
        EventBusName: eventBus,
        Detail: JSON.stringify(detail),
      },
    ],
  });
  if (FailedEntryCount) throw new Error(`the event bus ${eventBus} refused the event: ${JSON.stringify(Entries)}`);
};
