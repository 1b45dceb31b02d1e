// How much is asked of the account just now: what slows the admission of runs, instead of having them fail.
import type { Pressure, Services } from './services.ts';

/** Every run calls them, and none has a concurrency of its own: where they are throttled, the account's is in use. */
const neededByAll = ['begin', 'settle', 'finish'];
/** CloudWatch has a minute a minute or two later. */
const windowMs = 4 * 60_000;
/** So long an answer is good enough. */
const keptMs = 60_000;

const kept = (now: () => number, ask: () => Promise<number>): (() => Promise<number>) => {
  let last: { readonly at: number; readonly answer: Promise<number> } | undefined;
  return () => {
    if (!last || now() - last.at >= keptMs) {
      const asked = { at: now(), answer: ask() };
      last = asked;
      asked.answer.catch(() => {
        if (last === asked) last = undefined; // the next who asks tries again
      });
    }
    return last.answer;
  };
};

/** `orchestrator`: what the names of its functions begin with. */
export const openPressure = (
  { aws, startQueueUrl, now }: Pick<Services, 'aws' | 'startQueueUrl' | 'now'>,
  orchestrator: string,
): Pressure => ({
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
export const admittedShare = async ({ pressure }: Services): Promise<number> => {
  const share = (await pressure?.throttledShare()) ?? 0;
  return share <= tolerated ? 1 : (1 - share) ** 2;
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
