// An engine to test a template with: a state of its own, functions in this process, and time that passes when it is told to.
import { join } from 'node:path';
import { type Engine, type EngineOptions, openEngine } from './engine.ts';
import { fs, os } from './late-modules.ts';
import type { DynamodbService } from './services/dynamodb/index.ts';
import { steeredClock } from './virtual-clock.ts';

export interface TestEngineOptions
  extends Omit<EngineOptions, 'stateDir' | 'clock' | 'durability' | 'lambda' | 'work' | 'setAsideDamaged'> {
  /** The time at the beginning, in ISO 8601. */
  readonly at: string;
}

export interface TestEngine extends Engine {
  /** Counts the calls that may have changed a table of DynamoDB. While it stays, what is in them stays. */
  readonly changes: () => number;
  /** The time, in ISO 8601. */
  readonly now: () => string;
  /**
   * Lets time pass up to `at` (ISO 8601): schedules fire, waits and retries end, each after the work before it. Resolves when nothing
   * is under way any more, or waits for a later time.
   */
  advanceTo(at: string): Promise<void>;
}

const timeOf = (at: string): number => {
  const ms = Date.parse(at);
  if (Number.isNaN(ms)) throw new RangeError(`'${at}' is no time; expected ISO 8601, such as 2026-01-31T00:00:00Z`);
  return ms;
};

/**
 * Opens the engine of an assembly for a test. A month takes no longer than the work in it. What functions see of the time is the
 * engine's.
 *
 * ```ts
 * const engine = await openTestEngine({ assembly: 'cdk.out', at: '2026-01-01T00:00:00Z' });
 * await engine.advanceTo('2026-02-01T00:00:00Z');
 * await engine.close();
 * ```
 */
export const openTestEngine = async ({ at, ...options }: TestEngineOptions): Promise<TestEngine> => {
  const clock = steeredClock(timeOf(at));
  const stateDir = fs.mkdtempSync(join(os().tmpdir(), 'heddle-test-engine-'));
  const remove = (): void => fs.rmSync(stateDir, { recursive: true, force: true });
  try {
    const engine = await openEngine({ ...options, stateDir, clock, durability: 'none', lambda: 'inProcess' });
    return {
      ...engine,
      changes: () => (engine.service('dynamodb') as DynamodbService).changes(), // the one that composition.ts makes
      now: () => new Date(clock.now()).toISOString(),
      advanceTo: (to) => clock.advanceTo(timeOf(to)),
      close: async () => {
        await engine.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
};
