// Message move tasks: AWS's own way to send dead letters back ("start DLQ redrive").
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
import { atomically } from '../../atomically.ts';
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, type Shape } from '../../service.ts';
import { storedMap } from '../../stored-map.ts';
import { uuid } from '../../uuid.ts';
import { redrivePolicy } from './attribute-checks.ts';
import { dropExpired, type QueueState, queueByArn, read } from './queue-state.ts';
import type { Message } from './queue-table.ts';

const MAX_PER_SECOND = 500;
const STEP_MS = 1000 / MAX_PER_SECOND;
const MAX_LISTED = 10;

type Status = 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';

interface MoveTask {
  readonly id: string;
  readonly sourceArn: string;
  readonly destinationArn: string | undefined;
  readonly perSecond: number | undefined;
  readonly status: Status;
  readonly moved: number;
  readonly toMove: number;
  /** The last message that was in the queue at the start: the task does not chase what comes later. */
  readonly lastSeq: number;
  readonly startedMs: number;
  readonly failure?: string;
}

export interface MoveTasks {
  readonly operations: OperationTable;
  /** Carries on with the tasks that ran when the engine stopped. */
  resume(): void;
  close(): void;
}

const missing = (what: string): AwsError =>
  new AwsError(
    'ResourceNotFoundException',
    `The resource that you specified for the ${what} parameter doesn't exist.`,
    404,
  );

const handleOf = ({ id, sourceArn }: MoveTask): string =>
  Buffer.from(JSON.stringify({ taskId: id, sourceArn })).toString('base64');

/** The source that a handle names. Throws InvalidParameterValue where it is none. */
const sourceIn = (handle: string): string => {
  try {
    const { sourceArn }: { readonly sourceArn?: unknown } = Object(
      JSON.parse(Buffer.from(handle, 'base64').toString()),
    );
    if (typeof sourceArn === 'string') return sourceArn;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new AwsError('InvalidParameterValue', 'Value for parameter TaskHandle is invalid.');
};

const shown = (task: MoveTask): Shape => ({
  ...(task.status === 'RUNNING' && { TaskHandle: handleOf(task) }),
  Status: task.status,
  SourceArn: task.sourceArn,
  ...(task.destinationArn !== undefined && { DestinationArn: task.destinationArn }),
  ...(task.perSecond !== undefined && { MaxNumberOfMessagesPerSecond: task.perSecond }),
  ApproximateNumberOfMessagesMoved: task.moved,
  ApproximateNumberOfMessagesToMove: task.toMove,
  ...(task.failure !== undefined && { FailureReason: task.failure }),
  StartedTimestamp: task.startedMs,
});

export const moveTasks = (state: QueueState): MoveTasks => {
  const { table, context } = state;
  const { clock, database } = context;
  const tasks = storedMap<MoveTask>(database, 'sqs_move_tasks');
  const timers = new Map<string, () => void>();

  const moveOne = (task: MoveTask, message: Message, target: string): void => {
    const now = clock.now();
    const { body, attributes, groupId, dedupId } = message;
    table.remove(message.seq);
    const id = uuid(context.random); // AWS: a moved message is a new message
    table.insert(target, { id, body, attributes, sentMs: now, visibleMs: now, groupId, dedupId, source: '' });
    tasks.set(task.id, { ...task, moved: task.moved + 1 });
  };

  // One message a step, each in its own transaction with the task's count: a killed engine neither loses nor doubles.
  const step = (id: string): void => {
    timers.delete(id);
    const task = tasks.get(id);
    const source = task && queueByArn(state, task.sourceArn);
    if (task?.status !== 'RUNNING') return;
    if (source) dropExpired(state, source);
    const [message] = source === undefined ? [] : table.receivable(source.name, clock.now(), 1, false);
    if (message === undefined || message.seq > task.lastSeq) {
      tasks.set(id, { ...task, status: 'COMPLETED' });
      return;
    }
    const targetArn = task.destinationArn ?? message.source;
    const target = queueByArn(state, targetArn);
    if (target === undefined) {
      const failure = targetArn === '' ? 'CouldNotDetermineMessageSource' : 'AWS.SimpleQueueService.NonExistentQueue';
      tasks.set(id, { ...task, status: 'FAILED', failure });
      return;
    }
    atomically(database, () => moveOne(task, message, target.name));
    state.arrivals.changed(target.name);
    schedule(id, task.perSecond === undefined ? STEP_MS : 1000 / task.perSecond);
  };

  const schedule = (id: string, delayMs: number): void => {
    timers.set(
      id,
      clock.after(delayMs, () => step(id)),
    );
  };

  const start = (input: Shape): Shape => {
    const sourceArn = read.text(input, 'SourceArn');
    const destinationArn = read.optionalText(input, 'DestinationArn');
    const perSecond = read.optionalNumber(input, 'MaxNumberOfMessagesPerSecond');
    const source = queueByArn(state, sourceArn);
    if (source === undefined) throw missing('SourceArn');
    const isDeadLetterQueue = table.queues
      .values()
      .some(({ attributes }) => redrivePolicy(attributes)?.deadLetterTargetArn === sourceArn);
    if (!isDeadLetterQueue)
      throw new AwsError('InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.');
    if (destinationArn !== undefined && queueByArn(state, destinationArn) === undefined)
      throw missing('DestinationArn');
    if (destinationArn === sourceArn)
      throw new AwsError('InvalidParameterValue', 'Source queue arn and destination queue arn cannot be the same.');
    if (perSecond !== undefined && (perSecond < 1 || perSecond > MAX_PER_SECOND))
      throw new AwsError('InvalidParameterValue', `MaxNumberOfMessagesPerSecond must be from 1 to ${MAX_PER_SECOND}.`);
    if (tasks.values().some((task) => task.sourceArn === sourceArn && task.status === 'RUNNING')) {
      const rule = 'Only one active task is allowed for a source queue arn at a given time.';
      throw new AwsError('InvalidParameterValue', `There is already a task running. ${rule}`);
    }
    const now = clock.now();
    dropExpired(state, source);
    const waiting = table.receivable(source.name, now, -1, false);
    const task: MoveTask = {
      id: uuid(context.random),
      sourceArn,
      destinationArn,
      perSecond,
      status: 'RUNNING',
      moved: 0,
      toMove: waiting.length,
      lastSeq: waiting.at(-1)?.seq ?? 0,
      startedMs: now,
    };
    tasks.set(task.id, task);
    schedule(task.id, 0);
    return { TaskHandle: handleOf(task) };
  };

  const list = (input: Shape): Shape => {
    const sourceArn = read.text(input, 'SourceArn');
    if (queueByArn(state, sourceArn) === undefined) throw missing('SourceArn');
    const limit = Math.min(read.optionalNumber(input, 'MaxResults') ?? 1, MAX_LISTED);
    const all = tasks.values().filter((task) => task.sourceArn === sourceArn);
    return { Results: all.toReversed().slice(0, limit).map(shown) };
  };

  const cancel = (input: Shape): Shape => {
    const handle = read.text(input, 'TaskHandle');
    const task = tasks.values().find((one) => handleOf(one) === handle);
    if (task === undefined && queueByArn(state, sourceIn(handle)) === undefined) throw missing('SourceArn');
    if (task === undefined) throw new AwsError('ResourceNotFoundException', 'Task does not exist.', 404);
    if (task.status !== 'RUNNING') throw new AwsError('UnsupportedOperation', 'Only active tasks can be cancelled.');
    timers.get(task.id)?.();
    tasks.set(task.id, { ...task, status: 'CANCELLED' });
    return { ApproximateNumberOfMessagesMoved: task.moved };
  };

  return {
    operations: { StartMessageMoveTask: start, ListMessageMoveTasks: list, CancelMessageMoveTask: cancel },
    resume: () => {
      for (const task of tasks.values()) if (task.status === 'RUNNING') schedule(task.id, 0);
    },
    close: () => {
      for (const cancelTimer of timers.values()) cancelTimer();
      timers.clear();
    },
  };
};
