import { deliveryQueue, type OnGivenUp, type Pace } from '../../delivery/index.ts';
import { callFrom } from '../../operation-table.ts';
import type { EngineContext, Service } from '../../service.ts';
import { storedMap } from '../../stored-map.ts';
import { clockwork } from './clockwork.ts';
import { scheduleOperations } from './operations.ts';
import type { ScheduleRecord } from './schedule-record.ts';

/** EventBridge Scheduler. */
export const schedulerService = (context: EngineContext): Service => {
  const records = storedMap<ScheduleRecord>(context.database, 'scheduler_schedules');
  const countGivenUp: OnGivenUp = async (_delivery, _failure, deadLettered) => {
    const MetricName = deadLettered ? 'InvocationsSentToDeadLetterCount' : 'InvocationDroppedCount';
    const MetricData = [{ MetricName, Value: 1, Unit: 'Count' }];
    await context.service('cloudwatch').call('PutMetricData', { Namespace: 'AWS/Scheduler', MetricData });
  };
  const untilItsTurn: Pace = ({ notBeforeMs = 0 }) => Math.max(0, notBeforeMs - context.clock.now());
  const queue = deliveryQueue(context, 'scheduler', countGivenUp, untilItsTurn);
  const clock = clockwork(context, records, queue);
  return {
    id: 'scheduler',
    call: callFrom('scheduler', scheduleOperations(context, records, clock)),
    start: async () => {
      queue.recover();
      clock.start();
    },
    close: async () => {
      clock.close();
      await queue.close();
    },
  };
};
