import { atomically } from '../../atomically.ts';
import type { DeliveryQueue } from '../../delivery/index.ts';
import { ticker } from '../../schedule/index.ts';
import type { EngineContext } from '../../service.ts';
import { type StoredMap, storedMap } from '../../stored-map.ts';
import { scheduleDelivery } from './schedule-delivery.ts';
import { read, type ScheduleRecord, scheduleOf } from './schedule-record.ts';

/** Fires schedules. Stands still until `start`. */
export interface Clockwork {
  start(): void;
  /** To be called after every change of a schedule. */
  set(record: ScheduleRecord): void;
  /** Leaves out the times of a schedule up to now, which came while it was disabled. */
  skip(record: ScheduleRecord): void;
  delete(record: ScheduleRecord): void;
  close(): void;
}

export const recordKey = (record: { readonly group: string; readonly name: string }): string =>
  `${record.group}/${record.name}`;

export const clockwork = (
  context: EngineContext,
  records: StoredMap<ScheduleRecord>,
  queue: DeliveryQueue,
): Clockwork => {
  const { database } = context;
  const fired = storedMap<number>(database, 'scheduler_fired');
  const ticks = ticker(context.clock);
  let started = false;

  const remove = (record: ScheduleRecord): void => {
    ticks.delete(recordKey(record));
    fired.delete(recordKey(record));
  };

  const isLast = (record: ScheduleRecord, dueMs: number): boolean => {
    const next = scheduleOf(record.settings).next(dueMs, record.sinceMs);
    return next === undefined || next >= (read.optionalTime(record.settings, 'EndDate') ?? Number.POSITIVE_INFINITY);
  };

  // One transaction: a crash leaves the time both fired and owed, or neither.
  const fire = (record: ScheduleRecord, dueMs: number): void =>
    atomically(database, () => {
      fired.set(recordKey(record), dueMs);
      queue.add([scheduleDelivery(context, record, dueMs)]);
      if (record.settings.ActionAfterCompletion !== 'DELETE' || !isLast(record, dueMs)) return;
      records.delete(recordKey(record));
      remove(record);
    });

  const set = (record: ScheduleRecord): void => {
    const key = recordKey(record);
    ticks.delete(key);
    if (!started || record.settings.State === 'DISABLED') return;
    const schedule = scheduleOf(record.settings);
    // Scheduler ignores both for one-time schedules: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
    const [startDate, endMs] = ['StartDate', 'EndDate'].map((date) =>
      schedule.kind === 'at' ? undefined : read.optionalTime(record.settings, date),
    );
    // A rate fires at once, a cron expression not for the minute in which the schedule was made. No time before that was missed.
    const madeMs = schedule.kind === 'cron' && startDate === undefined ? record.sinceMs : record.sinceMs - 1;
    const running = {
      schedule,
      startMs: startDate ?? record.sinceMs,
      ...(endMs !== undefined && { endMs }),
      lastMs: Math.max(fired.get(key) ?? madeMs, madeMs),
    };
    ticks.set(key, running, (dueMs) => fire(record, dueMs));
  };

  return {
    start: () => {
      started = true;
      for (const record of records.values()) set(record);
    },
    set,
    skip: (record) => fired.set(recordKey(record), context.clock.now()),
    delete: remove,
    close: ticks.close,
  };
};
