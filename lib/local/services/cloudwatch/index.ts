import { deliveryQueue } from '../../delivery/index.ts';
import { callFrom } from '../../operation-table.ts';
import type { EngineContext, Service } from '../../service.ts';
import { openAlarms } from './alarms.ts';
import { dashboardOperations } from './dashboards.ts';
import { metricReadOperations } from './get-metrics.ts';
import { metricStore } from './metric-store.ts';
import { putMetricData } from './put-metric-data.ts';
import { queueMetrics } from './queue-metrics.ts';

export { executionMetrics } from './execution-metrics.ts';

/** CloudWatch: metrics, alarms on them, and dashboards as documents. */
export const cloudwatchService = (context: EngineContext): Service => {
  const queue = deliveryQueue(context, 'cloudwatch', () => undefined);
  const store = metricStore(context.database, (metrics) => alarms.written(metrics));
  const queues = queueMetrics(context, store);
  const alarms = openAlarms(context, store, queue, () => queues.follow(alarms.all()));
  return {
    id: 'cloudwatch',
    call: callFrom('cloudwatch', {
      ...metricReadOperations(store),
      ...dashboardOperations(context),
      ...alarms.operations,
      PutMetricData: (input) => putMetricData(store, context.clock.now(), input),
    }),
    start: async () => {
      queue.recover();
      alarms.start();
      queues.start();
      queues.follow(alarms.all());
    },
    close: async () => {
      queues.close();
      store.close(); // its last data may still change an alarm
      alarms.close();
      await queue.close();
    },
  };
};
