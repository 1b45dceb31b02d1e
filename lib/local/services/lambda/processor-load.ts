// How busy this process keeps the machine's processors: where they are full, one more sandbox only slows the others.
import { availableParallelism } from 'node:os';
import type { Clock } from '../../clock.ts';

const WINDOW_MS = 50;

/** Share of all processors that this process used in the last window: 0 to 1. */
export const processorLoad = (clock: Clock): (() => number) => {
  let used = process.cpuUsage();
  let since = clock.now();
  let load = 0;
  return () => {
    const elapsedMs = clock.now() - since;
    if (elapsedMs < WINDOW_MS) return load;
    const { user, system } = process.cpuUsage(used); // microseconds
    load = (user + system) / 1000 / elapsedMs / availableParallelism();
    used = process.cpuUsage();
    since = clock.now();
    return load;
  };
};
