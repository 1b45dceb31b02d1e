// A whole app in a test: what the CDK app describes, on an engine whose time passes when it is told to.
import { openLedger } from '../ledger/index.ts';
import { AwsError, openTestEngine, type TestEngine, type TestEngineOptions } from '../local/index.ts';
import { type Aws, AwsCallError } from '../support/aws-call.ts';
import { heddleOn, type LocalHeddle } from './demo/index.ts';

export interface TestAppOptions extends Omit<TestEngineOptions, 'passOver'> {
  /** The orchestrator's name. @default 'heddle' */
  readonly orchestrator?: string;
}

/** Its engine, and its ledger to see what came of it. */
export interface TestApp extends LocalHeddle<TestEngine> {
  /** Lets time pass up to `at`, in ISO 8601: schedules fire, what depends on them runs, waits and retries end. */
  advanceTo(at: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the template of an app for a test, with a state of its own. Its time is virtual: a month of schedules takes as long as the
 * work in it. A sweep that would find no run open and no pool in use is left out, as nothing could come of it.
 *
 * ```ts
 * const app = await openTestApp({ assembly: 'cdk.out', at: '2026-01-01T00:00:00Z' });
 * await app.advanceTo('2026-02-01T00:00:00Z');
 * const runs = await app.ledger.runs.latest('report', 100);
 * await app.close();
 * ```
 */
export const openTestApp = async ({ orchestrator = 'heddle', ...options }: TestAppOptions): Promise<TestApp> => {
  let isIdle = async (): Promise<boolean> => false;
  let idleSince = Number.NaN; // what `changes` was when nothing was found; nothing is NaN
  const passOver = (rule: string): boolean | Promise<boolean> =>
    rule === `${orchestrator}-sweeps` && (engine.changes() === idleSince || isIdle());
  const engine: TestEngine = await openTestEngine({ ...options, passOver });
  try {
    const heddle = await heddleOn(engine, orchestrator);
    const { openRuns, pools } = openLedger(within(engine, heddle.aws), heddle.manifest);
    isIdle = async () => {
      const changes = engine.changes();
      const isBusy = (await openRuns.due('9', 1)).length > 0 || (await pools.inUse()).length > 0;
      if (!isBusy) idleSince = changes;
      return !isBusy;
    };
    return { ...heddle, advanceTo: engine.advanceTo, close: engine.close };
  } catch (error) {
    await engine.close();
    throw error;
  }
};

/** The engine's tables without the wire between. */
const within = (engine: TestEngine, aws: Aws): Aws => ({
  ...aws,
  call: async (service, operation, input, options) => {
    if (service !== 'dynamodb') return aws.call(service, operation, input, options);
    try {
      return await engine.service(service).call(operation, { ...input });
    } catch (error) {
      if (error instanceof AwsError) throw new AwsCallError(service, error.code, error.message, error.status);
      throw error;
    }
  },
});
