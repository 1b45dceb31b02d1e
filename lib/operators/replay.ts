// `replay`: takes dead letters from a pipeline's replay queue and lets their runs go on from there. A message that cannot be
// replayed now stays: it goes back to the queue, and after its tries to the dead letters that it came from. One that never can
// goes there at once.
import { belowOf, isOpen } from '../ledger/index.ts';
import {
  type Compensation,
  type DeadLetter,
  letterName,
  type ReplayMessage,
  type ResumeOrder,
  type RunRecord,
  undoneStage,
} from '../records/index.ts';
import { isPermanent, PermanentError } from '../support/run-errors.ts';
import { sha256 } from '../support/sha256.ts';
import { askForCompensation } from './compensate.ts';
import { readReplayMessage } from './replay-message.ts';
import { resume } from './resume.ts';
import { isoTime, type Services } from './services.ts';
import { setAside } from './set-aside.ts';

export interface QueueMessage {
  readonly messageId: string;
  readonly body: string;
  /** Of the replay queue that it is on. */
  readonly eventSourceARN?: string;
}

/** What became of one message. `kept` says that it must stay on the queue. */
export interface Replayed {
  readonly messageId: string;
  readonly kept: boolean;
  readonly says: string;
}

interface Asked extends QueueMessage {
  readonly wanted: ReplayMessage;
}

/** Replays a batch: all letters of one run in one further execution of it. Never rejects for a message's own fault. */
export const replay = async (messages: readonly QueueMessage[], services: Services): Promise<readonly Replayed[]> => {
  const answers: Replayed[] = [];
  const byRun = new Map<string, Asked[]>();
  for (const message of messages) {
    try {
      const wanted = readReplayMessage(message.body);
      const key = `${wanted.pipeline} ${wanted.run}`;
      byRun.set(key, [...(byRun.get(key) ?? []), { ...message, wanted }]);
    } catch (error) {
      answers.push(await kept(message, error, services));
    }
  }
  for (const asked of byRun.values()) {
    try {
      answers.push(...(await replayRun(asked, services)));
    } catch (error) {
      for (const message of asked) answers.push(await kept(message, error, services));
    }
  }
  return answers;
};

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What could not be replayed: it waits on its queue where the next try may do it, else with the dead letters. */
const kept = async (message: QueueMessage, error: unknown, services: Services): Promise<Replayed> => {
  const { messageId } = message;
  const says = textOf(error);
  if (!isPermanent(error)) return { messageId, kept: true, says };
  try {
    return { messageId, kept: !(await setAside(message, services)), says };
  } catch (failure) {
    return { messageId, kept: true, says: `${says} (and it could not be set aside: ${textOf(failure)})` };
  }
};

const replayRun = async (asked: readonly Asked[], services: Services): Promise<readonly Replayed[]> => {
  const [first] = asked;
  if (!first) return [];
  const { pipeline, run } = first.wanted;
  const { ledger, manifests } = services;
  const manifest = await manifests.of(pipeline);
  if (!manifest)
    throw new PermanentError(`HDL404 there is no pipeline ${pipeline} here. Fix: deploy it, or correct the name`);
  const record = await ledger.runs.get(pipeline, run);
  if (!record)
    throw new PermanentError(
      `HDL407 there is no run ${run} of ${pipeline} to resume. Fix: take the id from heddle runs ${pipeline}`,
    );
  const answers: Replayed[] = [];
  const open: { readonly message: Asked; readonly letter: DeadLetter }[] = [];
  for (const message of asked) {
    const letter = await ledger.deadLetters.get(message.wanted);
    if (letter && !isOpen(letter)) {
      const says = `${letterName(letter)} was ${letter.state} by ${letter.closedBy ?? 'somebody'}: nothing runs again`;
      answers.push({ messageId: message.messageId, kept: false, says });
    } else if (letter && (await inputIsThere(letter, services))) open.push({ message, letter });
    else answers.push(await kept(message, letter ? inputGone(letter) : noLetter(message.wanted), services));
  }
  const letters = open.flatMap(({ letter }) => (undoneStage(letter.stage) === undefined ? [letter] : []));
  // Where nothing else is to be done again, what could not be undone is tried again; else it stands, for the run goes on.
  if (letters.length === 0) return [...answers, ...(await undoAgain(record, open, services))];
  const order = await orderFor(record, letters, manifest.definitionHash, first.wanted, services);
  const taken = new Set(asked.map(({ wanted }) => letterName(wanted)));
  const resumed = await resume(pipeline, run, order, manifest, services, taken);
  for (const { message } of open) {
    if (resumed.kind === 'refused')
      answers.push(await kept(message, new Error(`HDL430 ${resumed.reason}: not replayed now`), services));
    else answers.push({ messageId: message.messageId, kept: false, says: `${letterName(message.wanted)} is replayed` });
  }
  return answers;
};

/** Compensates what is left of a run that ended, in a further execution of its compensation. */
const undoAgain = async (
  { pipeline, run, compensation }: RunRecord,
  open: readonly { readonly message: Asked; readonly letter: DeadLetter }[],
  services: Services,
): Promise<readonly Replayed[]> => {
  const { ledger, now } = services;
  const [first] = open;
  if (!first || !compensation)
    return Promise.all(open.map(({ message, letter }) => kept(message, noLetter(letter), services)));
  const { generation, round, status } = compensation;
  const askedAt = isoTime(now());
  const next: Compensation = { generation, round: round + 1, status: 'pending', askedAt };
  const asked =
    status === 'failed'
      ? await ledger.compensations.again({ pipeline, run, generation, round }, next)
      : await ledger.runs.get(pipeline, run);
  if (asked?.compensation?.status !== 'pending')
    return Promise.all(
      open.map(({ message }) =>
        kept(message, new Error(`HDL430 the run ${run} is being compensated, or goes on: not replayed now`), services),
      ),
    );
  const answers: Replayed[] = [];
  for (const { message, letter } of open) {
    const { by = 'a redrive of the dead-letter queue', because = 'replayed' } = message.wanted;
    await ledger.deadLetters.replayed(letter, { by, because, at: askedAt, replayedIn: generation });
    answers.push({ messageId: message.messageId, kept: false, says: `${letterName(letter)} is replayed` });
  }
  await askForCompensation(asked, services);
  return answers;
};

const inputIsThere = async ({ input }: DeadLetter, { ledger }: Services): Promise<boolean> =>
  input === undefined || ledger.payloads.exists(input);

const inputGone = (letter: DeadLetter): Error =>
  new PermanentError(
    `HDL431 the input of ${letterName(letter)} is gone from the payload bucket. Fix: restore the object, or discard the dead letter`,
  );

const noLetter = (wanted: ReplayMessage): Error =>
  new PermanentError(
    `HDL432 the ledger has no dead letter ${letterName(wanted)} of ${wanted.pipeline}. Fix: see heddle dead-letters list`,
  );

const orderFor = async (
  { pipeline, run, generation = 1, definitionHash }: RunRecord,
  letters: readonly DeadLetter[],
  deployedHash: string,
  { by, because }: ReplayMessage,
  { ledger }: Services,
): Promise<ResumeOrder> => {
  const records = await ledger.stages.list(pipeline, run);
  // Cut into batches by another definition, a map's items are no longer where they were: then it is done again whole.
  const whole = definitionHash !== deployedHash;
  const again = [...new Set(letters.filter(({ item }) => item === undefined || whole).map(({ stage }) => stage))];
  const items: { [stage: string]: number[] } = {};
  for (const { stage, item } of letters) {
    if (item === undefined || again.includes(stage)) continue;
    items[stage] = [...(items[stage] ?? []), item];
  }
  const parts = { again, items, below: [...belowOf(new Set([...again, ...Object.keys(items)]), records).keys()] };
  return {
    ...parts,
    id: sha256(JSON.stringify([pipeline, run, generation + 1, parts])).slice(0, 16),
    generation: generation + 1,
    by: by ?? 'a redrive of the dead-letter queue',
    reason: because ?? 'replayed',
  };
};
