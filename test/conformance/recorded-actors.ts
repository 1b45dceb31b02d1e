// Those who acted in a recorded case beside the execution: workers of activities, receivers of task tokens, a person who
// stops it. What each did follows from the test that recorded the case (LocalStack's suite).
import type { Service, Shape } from '../../lib/local/service.ts';

export interface Stage {
  readonly id: string;
  readonly sfn: Service;
  readonly service: (id: 'sqs') => Service;
  readonly executionArn: string;
  readonly hasEnded: () => boolean;
}

type Act = (stage: Stage, target: string) => Promise<void>;

/** The body of the next message that carries a task token, until the execution has ended. */
const nextToken = async ({ service, hasEnded }: Stage, QueueUrl: string): Promise<Shape | undefined> => {
  while (!hasEnded()) {
    const { Messages } = await service('sqs').call('ReceiveMessage', { QueueUrl, WaitTimeSeconds: 1 });
    const [message] = (Messages ?? []) as readonly Shape[]; // as the API gives them
    if (!message) continue;
    await service('sqs').call('DeleteMessage', { QueueUrl, ReceiptHandle: message.ReceiptHandle });
    if (!String(message.Body).startsWith('{')) continue;
    const body = JSON.parse(String(message.Body)) as Shape;
    if (body.TaskToken !== undefined) return body;
  }
  return undefined;
};

const answering =
  (operation: string, about: (body: Shape) => Shape): Act =>
  async (stage, queueUrl) => {
    if (queueUrl === '') return; // of a queue that the case does not hold: who received from it only looked
    for (;;) {
      const body = await nextToken(stage, queueUrl);
      if (body === undefined) return;
      await stage.sfn.call(operation, { taskToken: body.TaskToken, ...about(body) });
    }
  };

const work: Act = async ({ id, sfn }, activityArn) => {
  const workerName = /no_worker_name/.test(id) ? {} : { workerName: 'BASE_ID_ACTIVITY_CONSUMER' };
  const { taskToken, input } = await sfn.call('GetActivityTask', { activityArn, ...workerName });
  if (/start_timeout/.test(id)) return; // it took the task and was not heard of again
  if (/heartbeat/.test(id)) await sfn.call('SendTaskHeartbeat', { taskToken });
  if (!/failure/.test(id)) await sfn.call('SendTaskSuccess', { taskToken, output: input });
  else await sfn.call('SendTaskFailure', { taskToken, error: 'Programmatic Error', cause: input });
};

const acts: Readonly<Record<string, Act>> = {
  'activity.consumer': work,
  'callback.success': answering('SendTaskSuccess', ({ Message }) => ({ output: JSON.stringify(Message) })),
  'callback.failure': answering('SendTaskFailure', () => ({ error: 'Failure error', cause: 'Failure cause' })),
  'sqs.receive_message': answering('SendTaskFailure', () => ({})),
  stop_execution: async ({ sfn, executionArn }) => void (await sfn.call('StopExecution', { executionArn })),
  's3.get_object': async () => undefined, // looked at what the execution had left behind
};

/** `activity.consumer`, `callback.success:<queue>`, ... with the resources that the case holds. */
export const act = (stage: Stage, action: string, activities: readonly string[], queues: readonly string[]) => {
  const [, name = '', target] = /^([\w.]+?)(?::(.+))?$/.exec(action) ?? [];
  const found = acts[name];
  if (!found) throw new Error(`nobody knows how to do ${action}`);
  return found(stage, target ?? (name === 'activity.consumer' ? activities[0] : queues[0]) ?? '');
};
