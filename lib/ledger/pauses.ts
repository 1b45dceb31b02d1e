// Triggers that are paused, and the starts that are held meanwhile.
import { type Held, heldKey, type Pause, pausesKey, scheduleKey } from '../records/index.ts';
import type { Table } from './table.ts';

export interface Pauses {
  list(pipeline: string): Promise<readonly Pause[]>;
  /** Adds a pause. False when one of this id is there. */
  add(pipeline: string, pause: Pause): Promise<boolean>;
  /** Ends a pause: from now on it holds nothing more. Ending it again changes nothing. */
  end(pipeline: string, id: string, at: string): Promise<void>;
  /** Takes out a pause that has ended and holds nothing any longer. */
  forget(pipeline: string, id: string): Promise<void>;
  /** Holds a run under a pause; again changes nothing. */
  hold(pipeline: string, pause: string, held: Held): Promise<void>;
  /** All that a pause holds or held, in the order in which they go on. */
  held(pipeline: string, pause: string): Promise<readonly Held[]>;
  letGo(pipeline: string, pause: string, run: string): Promise<void>;
  /** The newest time of a schedule that is known. */
  lastTime(pipeline: string, schedule: string): Promise<string | undefined>;
  /** Never goes back. */
  setLastTime(pipeline: string, schedule: string, time: string): Promise<void>;
}

interface Stored {
  readonly pauses: readonly Pause[];
  readonly version: number;
}

const mostTries = 100;

export const openPauses = (table: Table): Pauses => {
  const read = async (pipeline: string): Promise<Stored> =>
    (await table.get<Stored>(pausesKey(pipeline))) ?? { pauses: [], version: 0 };

  /** False when `decide` leaves all as it is. */
  const change = async (
    pipeline: string,
    decide: (pauses: readonly Pause[]) => readonly Pause[] | undefined,
  ): Promise<boolean> => {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const { pauses, version } = await read(pipeline);
      const after = decide(pauses);
      if (!after) return false;
      const changed = await table.update({
        key: pausesKey(pipeline),
        set: { pauses: after, version: version + 1 },
        ...(version === 0
          ? { condition: 'attribute_not_exists(pk)' }
          : { condition: '#version = :before', values: { before: version } }),
      });
      if (changed) return true;
    }
    throw new Error(`the pauses of ${pipeline} changed ${mostTries} times under our hands`);
  };

  return {
    list: async (pipeline) => (await read(pipeline)).pauses,

    add: (pipeline, pause) =>
      change(pipeline, (pauses) => (pauses.some(({ id }) => id === pause.id) ? undefined : [...pauses, pause])),

    end: async (pipeline, id, at) => {
      await change(pipeline, (pauses) =>
        pauses.some((pause) => pause.id === id && pause.resumedAt === undefined)
          ? pauses.map((pause) => (pause.id === id ? { ...pause, resumedAt: at } : pause))
          : undefined,
      );
    },

    forget: async (pipeline, id) => {
      await change(pipeline, (pauses) =>
        pauses.some((pause) => pause.id === id && pause.resumedAt !== undefined)
          ? pauses.filter((pause) => pause.id !== id)
          : undefined,
      );
    },

    // By its fields: what was read from under another pause has that one's key.
    hold: async (pipeline, pause, { run, trigger, time, catchUp }) => {
      await table.create(heldKey(pipeline, pause, run), { run, trigger, time, catchUp });
    },

    held: async (pipeline, pause) => {
      const { pk, sk } = heldKey(pipeline, pause);
      return (await table.list<Held>(pk, sk)).toSorted((a, b) => a.time.localeCompare(b.time));
    },

    letGo: async (pipeline, pause, run) => {
      await table.update({
        key: heldKey(pipeline, pause, run),
        set: { done: true },
        condition: 'attribute_exists(pk)',
      });
    },

    lastTime: async (pipeline, schedule) =>
      (await table.get<{ readonly time: string }>(scheduleKey(pipeline, schedule)))?.time,

    setLastTime: async (pipeline, schedule, time) => {
      await table.update({
        key: scheduleKey(pipeline, schedule),
        set: { time },
        condition: 'attribute_not_exists(pk) OR #time < :after',
        values: { after: time },
      });
    },
  };
};
