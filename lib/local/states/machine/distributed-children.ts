// The children of a Distributed Map: as many at once as the limits of the moment allow, taken from their inputs as there is room.
import { StateError } from '../errors.ts';
import { Payload } from '../json.ts';
import type { MapState } from '../parse/machine.ts';
import type { ChildInput } from './item-batches.ts';
import type { MapRun } from './map-run.ts';
import type { Results } from './result-writer.ts';
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

const alsoUnwritten = ({ error, reason }: StateError, thrown: unknown): StateError =>
  new StateError(
    error,
    `${reason}. Its results could not be written: ${thrown instanceof Error ? thrown.message : thrown}`,
  );

/** Whether so many of `total` items are more than either limit. A limit of 0 is none where the other is set (measured: iwamot/sfnx). */
export const exceeded = ({ count, percentage }: Tolerance, failed: number, total: number): boolean => {
  if (count === 0 && percentage === 0) return failed > 0;
  return (count > 0 && failed > count) || (percentage > 0 && failed * 100 > percentage * total);
};

export interface Inputs {
  /** How many items there are in all of them, and how many children there will be as far as that is known. */
  readonly items: number;
  readonly children: number;
  readonly each: AsyncIterator<ChildInput>;
}

/**
 * Runs a child for each input and gathers what they give. Rejects as soon as more of their items have failed than is tolerated, once
 * that is written where results are, or with what the inputs fail with.
 */
export const runChildren = (
  visit: Visit<MapState>,
  run: MapRun,
  inputs: Inputs,
  results: Results,
): Promise<Payload> => {
  const { lifetime } = visit.frame;
  const children = lifetime.child();
  let taken = 0;
  let begun = 0;
  let running = 0;
  let failed = 0;
  let isTaking = false;
  let isLast = false;
  /** Set once too many have failed: no further child begins. */
  let failure: StateError | undefined;
  const { promise, resolve, reject } = Promise.withResolvers<Payload>();
  const fail = (why: unknown): void => {
    children.end();
    reject(why);
  };

  /** `place`: among the children that begin. */
  const start = async (index: number, place: number, { value, items }: ChildInput): Promise<void> => {
    try {
      const child = await run.child(index, visit.payload(value), items, children);
      await results.add(place, child);
      running--;
      if (child.status !== 'SUCCEEDED') failed += items;
      goOn();
    } catch (error) {
      fail(failure ?? error);
    }
  };

  const hasRoom = (): boolean => {
    const { maxConcurrency } = run.limits();
    return running < (maxConcurrency === 0 ? MOST_CHILDREN : Math.min(maxConcurrency, MOST_CHILDREN));
  };

  const take = async (): Promise<void> => {
    isTaking = true;
    try {
      while (failure !== undefined || hasRoom()) {
        const { value, done } = await inputs.each.next();
        if (children.ended) return;
        if (done === true) {
          isLast = true;
          break;
        }
        const index = taken++;
        if (failure === undefined || run.knows(index)) {
          running++;
          void start(index, begun++, value);
        } else await results.pending?.(Payload.of(value.value)); // of any size: nothing begins with it
      }
    } catch (error) {
      fail(failure ?? error);
    }
    isTaking = false;
    goOn();
  };

  const finish = async (): Promise<void> => {
    try {
      if (taken !== inputs.children) run.expect(taken, inputs.items);
      const result = await results.result();
      if (failure === undefined) resolve(result);
      else fail(failure);
    } catch (error) {
      fail(failure === undefined ? error : alsoUnwritten(failure, error));
    }
  };

  const isTooMuch = (items: number): boolean => {
    const { toleratedCount: count, toleratedPercentage: percentage } = run.limits();
    return exceeded({ count, percentage }, items, inputs.items);
  };

  const goOn = (): void => {
    if (children.ended) return;
    if (failure === undefined && isTooMuch(failed)) {
      failure = thresholdExceeded();
      if (results.pending === undefined)
        fail(failure); // nobody asks what becomes of the others
      else run.stop();
    }
    if (isTaking || children.ended) return;
    if (!isLast) {
      if (failure !== undefined || hasRoom()) void take();
    } else if (running === 0) {
      isTaking = true; // nothing is left to be taken
      void finish();
    }
  };

  if (results.pending !== undefined && isTooMuch(run.failedBefore)) {
    failure = thresholdExceeded();
    run.stop();
  }
  run.onChange(goOn);
  goOn();
  return lifetime.within(promise);
};
