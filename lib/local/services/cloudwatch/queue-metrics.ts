// The AWS/SQS metrics of the queues that an alarm watches: counted soon after a message came, then every minute while
// the queue is not empty. No alarm, or nothing in the queue: no timer.
import type { EngineContext, Shape } from '../../service.ts';
import { isQueueService } from '../sqs/queue-service.ts';
import { type Alarm, alarmRule, statsOf } from './alarm.ts';
import { metricOf, read } from './metric.ts';
import type { MetricStore } from './metric-store.ts';

const SOON_MS = 1_000; // a burst of messages is one count
const MINUTE_MS = 60_000;

const COUNTS = {
  ApproximateNumberOfMessagesVisible: 'ApproximateNumberOfMessages',
  ApproximateNumberOfMessagesNotVisible: 'ApproximateNumberOfMessagesNotVisible',
  ApproximateNumberOfMessagesDelayed: 'ApproximateNumberOfMessagesDelayed',
} as const;

export interface QueueMetrics {
  start(): void;
  /** Follows the queues of these alarms, and no others. */
  follow(alarms: readonly Alarm[]): void;
  close(): void;
}

const queuesOf = (alarms: readonly Alarm[]): ReadonlySet<string> => {
  const stats = alarms.flatMap(({ settings }) => statsOf(alarmRule(settings).queries));
  const metrics = stats.map((stat) => metricOf(read.shape(stat, 'Metric')));
  return new Set(
    metrics
      .filter(({ namespace }) => namespace === 'AWS/SQS')
      .flatMap(({ dimensions }) => dimensions.filter(({ Name }) => Name === 'QueueName').map(({ Value }) => Value)),
  );
};

export const queueMetrics = (context: EngineContext, store: MetricStore): QueueMetrics => {
  const { clock } = context;
  const followed = new Map<string, () => void>();
  let started = false;

  const exists = async (queueName: string): Promise<boolean> => {
    const { QueueUrls } = await context.service('sqs').call('ListQueues', { QueueNamePrefix: queueName });
    return Array.isArray(QueueUrls) && QueueUrls.some((url) => String(url).endsWith(`/${queueName}`));
  };

  /** Counts a queue; whether it holds anything. A queue that is not there has no metrics, as on AWS. */
  const count = async (queueName: string): Promise<boolean> => {
    if (!(await exists(queueName))) return false;
    const QueueUrl = `${context.endpoint()}/${context.account}/${queueName}`;
    const { Attributes } = await context
      .service('sqs')
      .call('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] });
    const attributes = Attributes as Shape; // GetQueueAttributes always answers a map
    const dimensions = [{ Name: 'QueueName', Value: queueName }];
    const values = Object.entries(COUNTS).map(([name, attribute]) => {
      const value = Number(attributes[attribute]);
      const sample = { kind: 'values' as const, values: [value], counts: [] };
      store.add({ namespace: 'AWS/SQS', name, dimensions }, clock.now(), 60, sample);
      return value;
    });
    return values.some((value) => value > 0);
  };

  const followQueue = (queueName: string): (() => void) => {
    let cancel: (() => void) | undefined;
    let dueMs = Number.POSITIVE_INFINITY;
    let ended = false;
    const countIn = (delayMs: number): void => {
      if (ended || clock.now() + delayMs >= dueMs) return;
      cancel?.();
      dueMs = clock.now() + delayMs;
      cancel = clock.after(delayMs, async () => {
        dueMs = Number.POSITIVE_INFINITY;
        const release = clock.hold();
        if (await count(queueName)) countIn(MINUTE_MS);
        release();
      });
    };
    const sqs = context.service('sqs');
    const unwatch = isQueueService(sqs) ? sqs.watch(queueName, () => countIn(SOON_MS)) : undefined;
    countIn(0); // what a stop left in the queue
    return () => {
      ended = true;
      cancel?.();
      unwatch?.();
    };
  };

  const stop = (queueName: string): void => {
    followed.get(queueName)?.();
    followed.delete(queueName);
  };

  return {
    start: () => {
      started = true;
    },
    follow: (alarms) => {
      if (!started) return;
      const wanted = queuesOf(alarms);
      for (const name of followed.keys()) if (!wanted.has(name)) stop(name);
      for (const name of wanted) if (!followed.has(name)) followed.set(name, followQueue(name));
    },
    close: () => {
      for (const name of [...followed.keys()]) stop(name);
    },
  };
};
