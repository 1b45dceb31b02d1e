// Carries out a resume order on the records: what is to be done again becomes `pending`. Records that the order's own
// execution has written are left alone, so a crash at any line is mended by doing it all again.
import {
  type BatchRecord,
  batchKey,
  type DeadLetter,
  deadLetterKey,
  type ItemResult,
  type ResumeOrder,
  runsIndex,
  type StageRecord,
  stageKey,
  sumScores,
  undoneStage,
} from '../records/index.ts';
import { isOpen } from './dead-letters.ts';
import type { Payloads } from './payloads.ts';
import { belowOf } from './redo-plan.ts';
import type { Stages } from './stages.ts';
import type { Key, Table } from './table.ts';

/** Gives the dead letters that the order closed, now or before. */
export type Redo = (pipeline: string, run: string, order: ResumeOrder, now: string) => Promise<readonly DeadLetter[]>;

const wentOn = 'the run went on';

/** By this order, whose first try died then. */
const wasClosed = ({ stage, replayedIn, because, generation = 1 }: DeadLetter, order: ResumeOrder): boolean =>
  replayedIn === order.generation ||
  (undoneStage(stage) !== undefined && because === wentOn && generation === order.generation - 1);

/** What an earlier end left in a record of a stage or batch. */
const ended = [
  'owner',
  'overdueAt',
  'error',
  'cause',
  'reason',
  'startedAt',
  'endedAt',
  'durationMs',
  'substituted',
  'via',
  'primary',
  'until',
  'warning',
  'question',
  'answered',
  'token',
  'child',
  'jobIn',
];
/** A dead letter that is closed is not among the open ones. */
const notOpen = [runsIndex.pk, runsIndex.sk];
/** What it told of how it went; what it spent stays spent. */
const told = ['toldText', 'measured', 'scores', 'check'];
const given = ['output', 'fingerprint', 'given', 'cachedFrom'];

export const openRedo = (table: Table, stages: Stages, payloads: Payloads): Redo => {
  const earlier = ({ generation }: ResumeOrder) => ({
    condition: 'attribute_exists(pk) AND (attribute_not_exists(#generation) OR #generation < :generation)',
    values: { generation },
  });

  /** `anew`: it was asked for, so that no result of another run may stand in. */
  const resetStage = (
    key: Key,
    record: StageRecord,
    order: ResumeOrder,
    { anew, remove }: { readonly anew: boolean; readonly remove: readonly string[] },
  ) =>
    table.update({
      key,
      set: { status: 'pending', generation: order.generation, ...(anew ? { anew } : {}) },
      add: { redone: record.status === 'completed' ? 1 : 0 },
      remove: [...ended, ...told, ...remove, ...(anew ? [] : ['anew'])],
      ...earlier(order),
    });

  const resetBatch = (key: Key, order: ResumeOrder) =>
    table.update({
      key,
      set: { status: 'pending', generation: order.generation, completed: 0, failed: 0 },
      add: { redone: 1 },
      remove: [...ended, ...told, 'results', 'cached'],
      ...earlier(order),
    });

  /** Lets a batch go on with items that it did not have before. Those that it had keep their outcomes. */
  const reopenBatch = (key: Key, order: ResumeOrder) =>
    table.update({
      key,
      set: { status: 'pending', generation: order.generation },
      remove: ended,
      ...earlier(order),
    });

  /** Takes the failed items that are to be done again out of a batch's outcomes. */
  const reopenItems = async (
    pipeline: string,
    key: Key,
    batch: BatchRecord,
    wanted: readonly number[] | 'failed',
    order: ResumeOrder,
    grows: boolean,
  ): Promise<void> => {
    if (!batch.results) return;
    const outcomes = (await payloads.load(batch.results)) as readonly ItemResult[];
    const kept = outcomes.filter((one) => !('error' in one) || (wanted !== 'failed' && !wanted.includes(one.index)));
    if (kept.length === outcomes.length) {
      if (grows) await reopenBatch(key, order);
      return;
    }
    const failed = kept.filter((one) => 'error' in one);
    const { measured, scores } = batch;
    // Of those that blocked items, only what blocked the ones that stay.
    const blockedScores = sumScores(failed.map((one) => one.scores));
    const told = batch.blockedScores ? { measured, scores, blockedScores } : {};
    await table.update({
      key,
      set: {
        status: 'pending',
        generation: order.generation,
        completed: kept.length - failed.length,
        failed: failed.length,
        results: await payloads.storeResults(pipeline, kept),
        ...told,
      },
      remove: ended,
      ...earlier(order),
    });
  };

  const closeLetters = async (
    pipeline: string,
    run: string,
    order: ResumeOrder,
    { growing, begun }: { readonly growing: ReadonlySet<string>; readonly begun: ReadonlySet<string> },
    now: string,
  ): Promise<readonly DeadLetter[]> => {
    const covered = ({ stage, item }: DeadLetter): boolean => {
      if (begun.has(stage)) return true;
      if (order.again.includes(stage) || (order.below.includes(stage) && !growing.has(stage))) return true;
      const items = order.items[stage];
      return items === 'failed' || (item !== undefined && items?.includes(item) === true);
    };
    const closed: DeadLetter[] = [];
    for (const letter of await table.list<DeadLetter>(`run#${pipeline}#${run}`, 'dead#')) {
      const isUndoing = undoneStage(letter.stage) !== undefined;
      if (isOpen(letter) ? isUndoing || covered(letter) : wasClosed(letter, order)) closed.push(letter);
    }
    for (const letter of closed.filter(isOpen)) {
      // What could not be undone stands now: to undo it later would undo a part of a run that goes on.
      if (undoneStage(letter.stage) !== undefined)
        await table.update({
          key: deadLetterKey(pipeline, run, letter.stage, letter.item),
          set: { state: 'discarded', closedBy: order.by, closedAt: now, because: wentOn },
          remove: notOpen,
          ...earlier(order),
        });
      else
        await table.update({
          key: deadLetterKey(pipeline, run, letter.stage, letter.item),
          set: {
            state: 'replayed',
            replayedIn: order.generation,
            closedBy: order.by,
            closedAt: now,
            because: order.reason,
          },
          remove: notOpen,
          ...earlier(order),
        });
    }
    return closed;
  };

  return async (pipeline, run, order, now) => {
    const records = new Map((await stages.list(pipeline, run)).map((record) => [record.stage, record]));
    const atOf = (stage: string) => ({ pipeline, run, stage, spread: records.get(stage)?.spread });
    const batchesOf = (stage: string) => stages.listBatches(atOf(stage), false);
    const keyOf = (stage: string, batch: number) => batchKey(pipeline, run, stage, batch, atOf(stage).spread);
    const growing = growingOf(order, records);
    const listed = new Set([...order.again, ...order.below, ...Object.keys(order.items)]);
    const under = belowOf(listed, [...records.values()]);
    const begun = begunIn([...records.values()], order, under);
    for (const { stage, status } of records.values()) {
      // A map that was skipped after others of its Map had worked: what its batches did then is of items that change now.
      const isStale = status === 'skipped' && under.has(stage) && !listed.has(stage);
      if (!growing.has(stage) && !isStale && !begun.has(stage)) continue;
      for (const { batch, failed } of await batchesOf(stage)) {
        const key = keyOf(stage, batch);
        if (begun.has(stage)) {
          const whole = await stages.getBatch(atOf(stage), batch);
          if (whole) await reopenItems(pipeline, key, whole, 'failed', order, true);
        } else if (!growing.has(stage)) await resetBatch(key, order);
        else if (!failed || order.items[stage] === undefined) await reopenBatch(key, order);
      }
    }
    for (const stage of [...order.again, ...order.below]) {
      const record = records.get(stage);
      if (!record || begun.has(stage)) continue;
      if (growing.has(stage)) {
        await resetStage(stageKey(pipeline, run, stage), record, order, { anew: false, remove: [] });
        continue;
      }
      for (const { batch } of await batchesOf(stage)) await resetBatch(keyOf(stage, batch), order);
      const forced = order.again.includes(stage);
      await resetStage(stageKey(pipeline, run, stage), record, order, {
        anew: forced,
        remove: ['items', 'mended', ...(forced ? given : [])],
      });
    }
    for (const [stage, wanted] of Object.entries(order.items)) {
      const record = records.get(stage);
      if (!record) continue;
      for (const { batch, failed } of await batchesOf(stage)) {
        if (!failed) continue;
        const whole = await stages.getBatch(atOf(stage), batch);
        if (whole) await reopenItems(pipeline, keyOf(stage, batch), whole, wanted, order, growing.has(stage));
      }
      await resetStage(stageKey(pipeline, run, stage), record, order, { anew: true, remove: [] });
    }
    return closeLetters(pipeline, run, order, { growing, begun }, now);
  };
};

/**
 * The stages of a `flow.each` that get more items than they had, because those before them do failed items again, and nothing
 * else of what they read changes: the items that they had keep their outcomes.
 */
const growingOf = (order: ResumeOrder, records: ReadonlyMap<string, StageRecord>): ReadonlySet<string> => {
  const changing = new Set([...order.again, ...order.below, ...Object.keys(order.items)]);
  const growing = new Set<string>();
  for (let before = -1; before !== growing.size; ) {
    before = growing.size;
    for (const { stage, needs = [], beside = [] } of records.values()) {
      const touched = needs.filter((need) => changing.has(need));
      const isOnlyMore = (need: string): boolean =>
        beside.includes(need) &&
        (growing.has(need) || (order.items[need] !== undefined && !order.below.includes(need)));
      if (touched.length > 0 && !order.again.includes(stage) && touched.every(isOnlyMore)) growing.add(stage);
    }
  }
  return growing;
};

/**
 * Stages that were skipped, and may have begun all the same: a map that works on the batches of another as they come. What they
 * have done of items that stay as they are is kept; where what comes before is done anew as a whole, it is not.
 */
const begunIn = (
  records: readonly StageRecord[],
  { again, below, items }: ResumeOrder,
  under: ReadonlyMap<string, string>,
): ReadonlySet<string> => {
  const skipped = new Set(records.filter(({ status }) => status === 'skipped').map(({ stage }) => stage));
  const anew = new Set([...again, ...below.filter((stage) => !skipped.has(stage))]);
  const belowAnew = belowOf(anew, records);
  const isBegun = (stage: string): boolean =>
    (under.has(stage) || below.includes(stage)) && !anew.has(stage) && !belowAnew.has(stage) && !items[stage];
  return new Set([...skipped].filter(isBegun));
};
