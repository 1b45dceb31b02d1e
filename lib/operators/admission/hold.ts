// Starts of triggers that a person paused are held: recorded as `pending`, and let go on when the pause ends.
import {
  type Held,
  type Pause,
  type PipelineManifest,
  passedOver,
  pauseOf,
  type RunRecord,
  type StartMessage,
} from '../../records/index.ts';
import type { Outcome } from '../outcome.ts';
import type { Services } from '../services.ts';
import { admit } from './admit.ts';
import { skipRun } from './skip.ts';
import { startWaiting } from './start-waiting.ts';

/** Held runs that one message lets go on. */
const atOnce = 50;

/** The trigger that a message comes from; undefined for what somebody asked for by name, which no pause holds. */
export const triggerOf = (message: StartMessage): string | undefined => {
  switch (message.kind) {
    case 'object':
      return message.trigger ?? 'object';
    case 'schedule':
      return message.schedule;
    case 'event':
      return message.reading.trigger;
    case 'batch':
    case 'request':
      return message.trigger;
    case 'upstream':
    case 'waited':
      return 'upstream';
    default:
      return undefined;
  }
};

/** What is paused, where that matters to a message. */
export const pausesFor = async (message: StartMessage, { ledger }: Services): Promise<readonly Pause[]> =>
  triggerOf(message) === undefined ? [] : ledger.pauses.list(message.pipeline);

/** Holds a run whose trigger is paused. Undefined when it is not, or no longer. */
export const hold = async (
  message: StartMessage,
  { run, createdAt }: RunRecord,
  pauses: readonly Pause[],
  services: Services,
): Promise<Extract<Outcome, { kind: 'held' | 'notStarted' }> | undefined> => {
  const trigger = triggerOf(message);
  const pause = trigger === undefined ? undefined : pauseOf(pauses, trigger);
  if (trigger === undefined || !pause) return undefined;
  const { pipeline } = message;
  const time = message.kind === 'schedule' ? message.time : createdAt;
  const catchUp = message.kind === 'schedule' ? message.catchUp : undefined;
  if (catchUp === 'none') {
    const reason = `${trigger} was paused at its time by ${pause.by} (catchUp 'none')`;
    await skipRun({ pipeline, run, generation: 1 }, reason, services);
    return { kind: 'notStarted', reason };
  }
  return holdUnder(pipeline, pause, { run, trigger, time, ...(catchUp ? { catchUp } : {}) }, services);
};

const holdUnder = async (
  pipeline: string,
  pause: Pause,
  held: Held,
  { ledger }: Services,
): Promise<Extract<Outcome, { kind: 'held' }> | undefined> => {
  await ledger.pauses.hold(pipeline, pause.id, held);
  const why = `held, as ${pause.by} paused ${pause.trigger ?? pipeline}`;
  await ledger.runs.waits(pipeline, held.run, why, 1, pause.id);
  // Whoever ends the pause lists what it holds after that: one of the two sees the other.
  const still = (await ledger.pauses.list(pipeline)).some(
    ({ id, resumedAt }) => id === pause.id && resumedAt === undefined,
  );
  if (still) return { kind: 'held', run: held.run };
  await ledger.pauses.letGo(pipeline, pause.id, held.run);
  return undefined;
};

/** Lets go on what an ended pause holds, in order, some at a time. */
export const release = async (
  message: Extract<StartMessage, { kind: 'release' }>,
  manifest: PipelineManifest,
  services: Services,
): Promise<Outcome> => {
  const { pipeline, pause } = message;
  const { ledger, aws, startQueueUrl } = services;
  const all = await ledger.pauses.held(pipeline, pause);
  const left = all.filter(({ done }) => !done);
  for (const held of left.slice(0, atOnce)) {
    await goOn(held, passedOver(held, all), manifest, services);
    await ledger.pauses.letGo(pipeline, pause, held.run);
  }
  if (left.length <= atOnce) await ledger.pauses.forget(pipeline, pause);
  else await aws.call('sqs', 'SendMessage', { QueueUrl: startQueueUrl, MessageBody: JSON.stringify(message) });
  return { kind: 'released', runs: Math.min(left.length, atOnce) };
};

const goOn = async (
  held: Held,
  reason: string | undefined,
  manifest: PipelineManifest,
  services: Services,
): Promise<void> => {
  const { pipeline } = manifest;
  const { run } = held;
  if (reason !== undefined) return skipRun({ pipeline, run, generation: 1 }, reason, services);
  const record = await services.ledger.runs.get(pipeline, run);
  if (record?.status !== 'pending') return; // started already, or cancelled while it was held
  const other = pauseOf(await services.ledger.pauses.list(pipeline), held.trigger);
  if (other && (await holdUnder(pipeline, other, held, services))) return;
  if (await admit(record, manifest, services)) return;
  await startWaiting(manifest, run, 1, services);
};
