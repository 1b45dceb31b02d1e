// The children of a Distributed Map: as many at once as the limits of the moment allow, taken from their inputs as there is room.
import { StateError } from '../errors.ts';
import type { MapState } from '../parse/machine.ts';
import type { ChildInput } from './item-batches.ts';
import type { ChildResult, MapRun } from './map-run.ts';
import type { Visit } from './visit.ts';

/** AWS: at most this many children of one map at once. */
const MOST_CHILDREN = 10_000;

export interface Tolerance {
  readonly count: number;
  readonly percentage: number;
}

/** The failure of a map of which more items have failed than it tolerates. */
export const thresholdExceeded = (): StateError =>
  new StateError('States.ExceedToleratedFailureThreshold', 'The specified tolerated failure threshold was exceeded');

/** Whether so many of `total` items are more than either limit. A limit of 0 is none where the other is set (measured: iwamot/sfnx). */
export const exceeded = ({ count, percentage }: Tolerance, failed: number, total: number): boolean => {
  if (count === 0 && percentage === 0) return failed > 0;
  return (count > 0 && failed > count) || (percentage > 0 && failed * 100 > percentage * total);
};

export interface Inputs {
  /** How many items there are in all of them. */
  readonly items: number;
  readonly each: AsyncIterator<ChildInput>;
}

/**
 * Runs a child for each input and tells `ended` of each that ends. Resolves with their number; rejects as soon as more of their
 * items have failed than is tolerated, or with what the inputs fail with.
 */
export const runChildren = (
  visit: Visit<MapState>,
  run: MapRun,
  inputs: Inputs,
  ended: (index: number, child: ChildResult) => Promise<unknown> | undefined,
): Promise<number> => {
  const { lifetime } = visit.frame;
  const children = lifetime.child();
  let next = 0;
  let running = 0;
  let failed = 0;
  let isTaking = false;
  let isLast = false;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const fail = (why: unknown): void => {
    children.end();
    reject(why);
  };

  const start = async (index: number, { value, items }: ChildInput): Promise<void> => {
    try {
      const child = await run.child(index, visit.payload(value), items, children);
      await ended(index, child);
      running--;
      if (child.status !== 'SUCCEEDED') failed += items;
      goOn();
    } catch (error) {
      fail(error);
    }
  };

  const hasRoom = (): boolean => {
    const { maxConcurrency } = run.limits();
    return running < (maxConcurrency === 0 ? MOST_CHILDREN : Math.min(maxConcurrency, MOST_CHILDREN));
  };

  const take = async (): Promise<void> => {
    isTaking = true;
    try {
      while (hasRoom()) {
        const { value, done } = await inputs.each.next();
        if (children.ended) return;
        if (done === true) {
          isLast = true;
          break;
        }
        running++;
        void start(next++, value);
      }
    } catch (error) {
      fail(error);
    }
    isTaking = false;
    goOn();
  };

  const goOn = (): void => {
    if (children.ended) return;
    const { toleratedCount: count, toleratedPercentage: percentage } = run.limits();
    if (exceeded({ count, percentage }, failed, inputs.items)) fail(thresholdExceeded());
    else if (isLast && running === 0) resolve(next);
    else if (!isLast && !isTaking && hasRoom()) void take();
  };

  run.onChange(goOn);
  goOn();
  return lifetime.within(promise);
};
