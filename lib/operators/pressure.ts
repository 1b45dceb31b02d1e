// How much is asked of the account, and of its pools, just now: what slows the admission of runs, instead of having them fail.
import type { StartMessage } from '../records/index.ts';
import type { Pressure, Services } from './services.ts';

/** Every run calls them, and none has a concurrency of its own: where they are throttled, the account's is in use. */
const neededByAll = ['begin', 'settle', 'finish'];
/** CloudWatch has a minute a minute or two later. */
const windowMs = 4 * 60_000;
/** So long an answer is good enough. */
const keptMs = 60_000;
/** One that a query of a few items gives. */
const lineKeptMs = 10_000;

const kept = <T>(now: () => number, ask: () => Promise<T>, forMs = keptMs): (() => Promise<T>) => {
  let last: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    if (!last || now() - last.at >= forMs) {
      const asked = { at: now(), answer: ask() };
      last = asked;
      asked.answer.catch(() => {
        if (last === asked) last = undefined; // the next who asks tries again
      });
    }
    return last.answer;
  };
};

/** One of each name. */
const keptFor = <T>(make: (name: string) => () => Promise<T>): ((name: string) => Promise<T>) => {
  const made = new Map<string, () => Promise<T>>();
  return (name) => {
    const ask = made.get(name) ?? make(name);
    made.set(name, ask);
    return ask();
  };
};

/** Where so many wait at a pool, … */
const longLine = 100;
/** … and the first of them so long, it has work enough until one that is put off is back. */
const longWaitMs = 60_000;

/** `orchestrator`: what the names of its functions begin with. */
export const openPressure = (
  { aws, ledger, startQueueUrl, now }: Pick<Services, 'aws' | 'ledger' | 'startQueueUrl' | 'now'>,
  orchestrator: string,
): Pressure => ({
  crowded: keptFor((pool) =>
    kept(
      now,
      async () => {
        const line = await ledger.poolLines.first({ pool, key: '' }, longLine);
        return line.length === longLine && now() - (line[0]?.since ?? now()) >= longWaitMs;
      },
      lineKeptMs,
    ),
  ),
  queued: kept(now, async () => {
    const { Attributes } = await aws.call('sqs', 'GetQueueAttributes', {
      QueueUrl: startQueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages'],
    });
    return Number((Attributes as { readonly ApproximateNumberOfMessages: string }).ApproximateNumberOfMessages);
  }),
  throttledShare: kept(now, async () => {
    const sums = ['Throttles', 'Invocations'].flatMap((MetricName) =>
      neededByAll.map((operator) => ({
        Id: `${MetricName.toLowerCase()}_${operator}`,
        MetricStat: {
          Metric: {
            Namespace: 'AWS/Lambda',
            MetricName,
            Dimensions: [{ Name: 'FunctionName', Value: `${orchestrator}-${operator}` }],
          },
          Period: 60,
          Stat: 'Sum',
        },
      })),
    );
    const { MetricDataResults = [] } = await aws.call('monitoring', 'GetMetricData', {
      MetricDataQueries: sums,
      StartTime: Math.floor((now() - windowMs) / 1_000),
      EndTime: Math.ceil(now() / 1_000),
    });
    const results = MetricDataResults as readonly { readonly Id: string; readonly Values: readonly number[] }[];
    const sumOf = (metric: string): number =>
      results.flatMap(({ Id, Values }) => (Id.startsWith(metric) ? Values : [])).reduce((sum, value) => sum + value, 0);
    const throttles = sumOf('throttles');
    return throttles === 0 ? 0 : throttles / (throttles + sumOf('invocations'));
  }),
});

/** Below this it is the odd call that comes again by itself. */
const tolerated = 0.05;

/** The share of starts that are to go through: all, or the fewer the more calls are throttled. */
const admittedShare = async ({ pressure }: Services): Promise<number> => {
  const share = (await pressure?.throttledShare()) ?? 0;
  return share <= tolerated ? 1 : (1 - share) ** 2;
};

/** Starts that nobody waits for in front of a screen, or in a run that is under way. */
const patient: readonly StartMessage['kind'][] = ['object', 'event', 'schedule', 'upstream', 'batch', 'backfill'];

export interface Admission {
  /** Why a start is to come again later; undefined when it is to go on. */
  waitsFor(message: StartMessage): Promise<string | undefined>;
  /** Who cannot say how busy it is must not keep runs from starting: it is said with each message instead. */
  readonly unknown?: string;
}

/** `isBusy`: whether there is more to start than is at hand. */
export const whatToWaitFor = async (isBusy: boolean, services: Services): Promise<Admission> => {
  const { pressure, manifests, random = Math.random } = services;
  const { share, unknown } = isBusy ? await admittedOf(services) : { share: 1 };
  return {
    waitsFor: async ({ kind, pipeline }) => {
      if (!patient.includes(kind)) return undefined;
      if (share < 1 && random() >= share) return 'Lambda is throttled';
      for (const pool of (await manifests.of(pipeline))?.pools ?? [])
        if (await pressure?.crowded(pool)) return `${longLine} or more wait at the pool ${pool}`;
      return undefined;
    },
    ...(unknown === undefined ? {} : { unknown }),
  };
};

const admittedOf = async (services: Services): Promise<{ readonly share: number; readonly unknown?: string }> => {
  try {
    return { share: await admittedShare(services) };
  } catch (error) {
    return { share: 1, unknown: ` (how busy Lambda is could not be read: ${error})` };
  }
};

/** So many start messages wait for seconds only; with more of them, who can wait does. */
const shortQueue = 100;

/** Why a backfill asks for no further runs just now; undefined when it may. */
export const givesWay = async ({ pressure }: Services): Promise<string | undefined> => {
  const [queued = 0, share = 0] = [await pressure?.queued(), await pressure?.throttledShare()];
  if (queued > shortQueue) return `${queued} starts wait before it`;
  if (share > tolerated) return `Lambda throttles ${Math.round(100 * share)} % of the calls that all runs need`;
  return undefined;
};
