// Lets a backfill go on: sees how its runs stand, and asks for those that come next.
import {
  type BackfillPlan,
  type BackfillRecord,
  backfillRunId,
  endOf,
  executionName,
  keyProblem,
  lettersOf,
  nextRuns,
  type PlannedState,
  type RunRecord,
  type StartMessage,
  settled,
  statesOf,
} from '../../records/index.ts';
import { invariant } from '../../support/invariant.ts';
import { PermanentError, TransientError } from '../../support/run-errors.ts';
import type { Outcome } from '../outcome.ts';
import { givesWay } from '../pressure.ts';
import { isoTime, type Services } from '../services.ts';

type Advance = Extract<StartMessage, { kind: 'advance' }>;

/** Each try that fails is another's that did not. */
const mostTries = 100;
/** Runs end with an event that makes the backfill go on. Should one be lost, it looks by itself after so many seconds. */
const lookSeconds = 60;

/**
 * Repeats are harmless: what is asked for follows from the record, which is changed only as it was read. A crash between the
 * record and the asking is mended by the next look. Throws PermanentError HDL450 when there is no such backfill.
 */
export const advance = async (message: Advance, services: Services): Promise<Outcome> => {
  const { ledger, now } = services;
  let lookAt: string | undefined;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const record = await ledger.backfills.get(message.backfill);
    if (!record)
      throw new PermanentError(
        `HDL450 there is no backfill ${message.backfill}. Fix: see heddle backfills for those that there are`,
      );
    const plan = (await ledger.payloads.load(record.plan)) as BackfillPlan; // heddle backfill stored it
    const turn = await takeTurn(record, plan, message, services);
    // A second chain of looks would never end; only the one that comes at its time goes on.
    const isDue = record.nextLookAt === undefined || Date.parse(record.nextLookAt) <= now() + 1_000;
    const begins = record.status === 'failed'; // it goes on after its end, and nobody looks any more
    const looks = turn.status === 'running' && ((message.look === true && isDue) || begins);
    // Before the record says when it is: one that comes without that is let go, one that is missing would be the end of the looks.
    if (looks && lookAt === undefined) {
      lookAt = isoTime(now() + lookSeconds * 1_000);
      const look: Advance = { kind: 'advance', backfill: record.id, pipeline: record.pipeline, look: true };
      await send(look, services, lookSeconds);
    }
    const nextLookAt = looks ? lookAt : record.nextLookAt;
    const after = { ...turn, ...(nextLookAt === undefined ? {} : { nextLookAt }) };
    const changed = after.states !== record.states || after.status !== record.status || looks;
    if (changed && !(await ledger.backfills.advance(record, after))) continue;
    const wanted = message.look ? [...turn.unseen, ...turn.next] : turn.next;
    await Promise.all(wanted.map((place) => ask(record, plan, place, services)));
    const { status, waitsFor } = turn;
    const gives = waitsFor === undefined ? {} : { waitsFor };
    return { kind: 'advanced', backfill: record.id, asked: wanted.length, status, ...gives };
  }
  throw new TransientError(`the backfill ${message.backfill} changed ${mostTries} times under our hands`);
};

interface Turn {
  readonly status: BackfillRecord['status'];
  readonly states: string;
  readonly others: NonNullable<BackfillRecord['others']>;
  readonly endedAt?: string;
  /** To be asked for now. */
  readonly next: readonly number[];
  /** Asked for, but not recorded as runs: on their way, or lost with whoever was to ask. */
  readonly unseen: readonly number[];
  /** Why it asks for none, where it gives way. */
  readonly waitsFor?: string;
}

const takeTurn = async (
  record: BackfillRecord,
  plan: BackfillPlan,
  message: Advance,
  services: Services,
): Promise<Turn> => {
  const { id, concurrency } = record;
  const others = { ...record.others };
  const before = statesOf(record.states);
  const unseen: number[] = [];
  const found = new Map<number, PlannedState>();
  const own = (place: number): string => {
    const { pipeline, partition } = runAt(plan, place);
    return backfillRunId(pipeline, partition, id);
  };
  /** An event is about one run: it may also be one that failed, and that a person has let go on. A look is at all under way. */
  const isLookedAt = (place: number): boolean => {
    const isAsked = before[place] === 'asked';
    if (message.run === undefined) return isAsked;
    if (!isAsked && before[place] !== 'failed') return false;
    return runAt(plan, place).pipeline === message.pipeline && own(place) === message.run;
  };
  const looked = [...plan.keys()].filter(isLookedAt);
  await Promise.all(
    looked.map(async (place) => {
      const other = others[place];
      const run = await services.ledger.runs.get(runAt(plan, place).pipeline, other ?? own(place));
      const state = stateOf(run);
      if (!run) unseen.push(place);
      if (other !== undefined && state !== 'asked') delete others[place];
      // What somebody else's run did not complete is still to be done.
      found.set(place, other !== undefined && state === 'failed' ? 'waiting' : state);
    }),
  );
  let states = settled(plan, before, found);
  const next: number[] = [];
  // A run that was resumed after the end makes the backfill go on.
  const goesOn = record.status === 'running' || (record.status === 'failed' && endOf(states) === undefined);
  // It is the one that can wait: those that are under way end, and it looks again in a minute.
  const waitsFor = goesOn ? await givesWay(services) : undefined;
  while (goesOn && waitsFor === undefined) {
    const candidates = nextRuns(plan, states, concurrency);
    if (candidates.length === 0) break;
    const taken = new Map<number, PlannedState>();
    const standings = services.ledger.standings();
    for (const place of candidates) {
      const instead = await insteadOf(record, plan, place, standings, services);
      if (instead?.run !== undefined) others[place] = instead.run;
      if (!instead) next.push(place);
      taken.set(place, instead?.state ?? 'asked');
    }
    states = settled(plan, states, taken);
  }
  const end = endOf(states);
  const isOver = end !== undefined && record.status !== 'cancelled';
  const status = isOver ? end : goesOn ? 'running' : record.status;
  const endedAt = isOver || status === 'cancelled' ? (record.endedAt ?? isoTime(services.now())) : undefined;
  return {
    status,
    states: lettersOf(states),
    others,
    ...(endedAt === undefined ? {} : { endedAt }),
    next,
    unseen: goesOn ? unseen.sort((a, b) => a - b) : [],
    ...(waitsFor === undefined ? {} : { waitsFor }),
  };
};

const runAt = (plan: BackfillPlan, place: number): BackfillPlan[number] => {
  const run = plan[place];
  invariant(run, `a backfill's plan has no place ${place}`);
  return run;
};

const stateOf = (run: RunRecord | undefined): PlannedState => {
  if (run?.endedAt === undefined) return 'asked';
  return run.status === 'completed' ? 'completed' : 'failed';
};

/** What becomes of a run of the plan that is not to be asked for: somebody else's does for it, or it cannot be. */
const insteadOf = async (
  { id }: BackfillRecord,
  plan: BackfillPlan,
  place: number,
  standings: ReturnType<Services['ledger']['standings']>,
  { manifests }: Services,
): Promise<{ readonly state: PlannedState; readonly run?: string } | undefined> => {
  const { pipeline, partition, was } = runAt(plan, place);
  const manifest = await manifests.of(pipeline);
  if (!manifest || (manifest.partitions && keyProblem(manifest.partitions, partition))) return { state: 'failed' };
  const [standing] = await standings.of(pipeline, [partition]);
  const { run, generation = 1 } = standing?.record ?? {};
  if (run === undefined || run === backfillRunId(pipeline, partition, id)) return undefined;
  if (standing?.state === 'running') return { state: 'asked', run };
  // Complete, and not stale: made from what is newest above it.
  const isNew = standing?.state === 'completed' && executionName(run, generation) !== was;
  return isNew ? { state: 'completed' } : undefined;
};

const ask = ({ id }: BackfillRecord, plan: BackfillPlan, place: number, services: Services): Promise<void> => {
  const { pipeline, partition, input } = runAt(plan, place);
  return send({ kind: 'backfill', pipeline, backfill: id, partition, input }, services);
};

const send = async (message: StartMessage, { aws, startQueueUrl }: Services, afterSeconds?: number): Promise<void> => {
  await aws.call('sqs', 'SendMessage', {
    QueueUrl: startQueueUrl,
    MessageBody: JSON.stringify(message),
    ...(afterSeconds === undefined ? {} : { DelaySeconds: afterSeconds }),
  });
};
