// Who waits for messages, and when they are to be told: at a send, or when a hidden message becomes visible again.
import type { Clock } from '../../clock.ts';

export interface Arrivals {
  /** `tell` is called whenever `queue` may have something to receive; the returned function ends that. */
  watch(queue: string, tell: () => void): () => void;
  /** Something changed in `queue`: tell its watchers if it has messages, or when it next will. */
  changed(queue: string): void;
  /** Messages of `queue` were hidden: its watchers are to be told when they come back. */
  hid(queue: string): void;
  close(): void;
}

/** What a queue has now, and when (in ms since the epoch) hidden messages come back. */
export interface Visibility {
  hasVisible(queue: string): boolean;
  nextVisibleMs(queue: string): number | undefined;
}

interface Watched {
  readonly watchers: Set<() => void>;
  cancelTimer: () => void;
}

const noTimer = (): void => undefined;

/** No watcher, no timer: an idle engine in virtual time has nothing to jump to. */
export const arrivals = (clock: Clock, visibility: Visibility): Arrivals => {
  const queues = new Map<string, Watched>();

  const arm = (queue: string, watched: Watched): void => {
    watched.cancelTimer();
    watched.cancelTimer = noTimer;
    const at = watched.watchers.size === 0 ? undefined : visibility.nextVisibleMs(queue);
    if (at !== undefined) watched.cancelTimer = clock.after(Math.max(0, at - clock.now()), () => changed(queue));
  };

  const changed = (queue: string): void => {
    const watched = queues.get(queue);
    if (watched === undefined) return;
    arm(queue, watched);
    if (!visibility.hasVisible(queue)) return;
    for (const tell of [...watched.watchers]) tell();
  };

  return {
    changed,
    hid: (queue) => {
      const watched = queues.get(queue);
      if (watched !== undefined) arm(queue, watched);
    },
    watch: (queue, tell) => {
      const watched = queues.get(queue) ?? { watchers: new Set(), cancelTimer: noTimer };
      queues.set(queue, watched);
      watched.watchers.add(tell);
      arm(queue, watched);
      return () => {
        watched.watchers.delete(tell);
        arm(queue, watched);
      };
    },
    close: () => {
      for (const { cancelTimer } of queues.values()) cancelTimer();
      queues.clear();
    },
  };
};
