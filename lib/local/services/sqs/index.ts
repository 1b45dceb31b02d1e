// SQS: queues in the engine's database, receivers woken by sends.
import { callFrom } from '../../operation-table.ts';
import type { EngineContext } from '../../service.ts';
import { arrivals } from './arrivals.ts';
import { moveTasks } from './move-tasks.ts';
import { queueOperations } from './queue-operations.ts';
import type { QueueService } from './queue-service.ts';
import { type QueueState, queueByArn, queueUrl } from './queue-state.ts';
import { queueTable } from './queue-table.ts';
import { receiptOperations } from './receipts.ts';
import { receiveOperations } from './receive.ts';
import { sendOperations } from './send.ts';

/** SQS, standard and FIFO, with redrive policies and message move tasks. */
export const sqsService = (context: EngineContext): QueueService => {
  const table = queueTable(context.database);
  const waiting = arrivals(context.clock, {
    hasVisible: (name) => table.hasVisible(name, context.clock.now()),
    nextVisibleMs: (name) => table.nextVisibleMs(name, context.clock.now()),
  });
  const state: QueueState = { context, table, arrivals: waiting };
  const tasks = moveTasks(state);
  const call = callFrom('sqs', {
    ...queueOperations(state),
    ...sendOperations(state),
    ...receiveOperations(state),
    ...receiptOperations(state),
    ...tasks.operations,
  });
  return {
    id: 'sqs',
    call,
    watch: (name, tell) => waiting.watch(name, tell),
    takeReceivesBack: (arn) => {
      const queue = queueByArn(state, arn);
      if (queue) table.takeReceivesBack(queue.name, context.clock.now());
    },
    urlOf: (arn) => {
      const queue = queueByArn(state, arn);
      return queue && queueUrl(state, queue.name);
    },
    start: async () => tasks.resume(),
    close: async () => {
      tasks.close();
      waiting.close();
    },
  };
};
