// Event source mappings: which queues feed which functions. SQS only.
import { parseArn } from '../../arn.ts';
import { isShape } from '../../field-reader.ts';
import type { OperationTable } from '../../operation-table.ts';
import { pageOf } from '../../page.ts';
import { AwsError, type EngineContext, notImplemented, type Shape } from '../../service.ts';
import { storedMap } from '../../stored-map.ts';
import { uuid } from '../../uuid.ts';
import { functionArn, functionAsked, LATEST, pageAsked, read } from './function-record.ts';
import type { Functions } from './functions.ts';
import { type Invoker, outcomeOf } from './invoke.ts';
import { messageFilter, patternsOf } from './message-filter.ts';
import { consumeQueue, queuesOf, takeReceivesBack } from './queue-consumer.ts';
import { eventOf } from './runner.ts';

const DEFAULT_BATCH = 10;
const DEFAULT_CONCURRENCY = 5; // AWS starts with five pollers
const USED = new Set([
  'BatchSize',
  'Enabled',
  'EventSourceArn',
  'FilterCriteria',
  'FunctionName',
  'FunctionResponseTypes',
  'MaximumBatchingWindowInSeconds',
  'ScalingConfig',
  'Tags',
  'UUID',
]);

interface Mapping {
  readonly id: string;
  readonly functionName: string;
  readonly queueArn: string;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly concurrency: number | undefined;
  readonly reportsItemFailures: boolean;
  /** Patterns of messages; of a mapping that was made before they were kept: undefined. */
  readonly filters?: readonly string[];
  readonly isEnabled: boolean;
  readonly modifiedMs: number;
}

export interface EventSourceMappings {
  readonly operations: OperationTable;
  /** Starts the mappings: those of an earlier run, and those made since. Until then none consumes. */
  resume(): void;
  close(): void;
}

const refuseUnknown = (input: Shape): void => {
  const unknown = Object.keys(input).find((field) => !USED.has(field) && input[field] !== undefined);
  if (unknown !== undefined) throw notImplemented('lambda', `the event source mapping property ${unknown}`);
};

const invalid = (message: string): AwsError => new AwsError('InvalidParameterValueException', message);

export const eventSourceMappings = (
  context: EngineContext,
  functions: Functions,
  invoke: Invoker,
): EventSourceMappings => {
  const mappings = storedMap<Mapping>(context.database, 'lambda_mappings');
  const running = new Map<string, () => void>();
  let hasBegun = false;

  const stop = (id: string): void => {
    running.get(id)?.();
    running.delete(id);
  };

  const start = (mapping: Mapping): void => {
    stop(mapping.id);
    if (!mapping.isEnabled || !hasBegun) return;
    const settings = {
      queueArn: mapping.queueArn,
      batchSize: mapping.batchSize,
      windowMs: mapping.windowSeconds * 1000,
      concurrency: mapping.concurrency ?? DEFAULT_CONCURRENCY,
      reportsItemFailures: mapping.reportsItemFailures,
      wants: messageFilter(mapping.filters ?? []),
    };
    const end = consumeQueue(context, settings, async (payload) => {
      const record = functions.of({ FunctionName: mapping.functionName });
      const outcome = await invoke({ record, payload: eventOf(payload) }, outcomeOf);
      return outcome;
    });
    running.set(mapping.id, end);
  };

  const shown = (mapping: Mapping): Shape => ({
    UUID: mapping.id,
    BatchSize: mapping.batchSize,
    MaximumBatchingWindowInSeconds: mapping.windowSeconds,
    EventSourceArn: mapping.queueArn,
    FunctionArn: functionArn(context, mapping.functionName),
    LastModified: mapping.modifiedMs / 1000,
    State: mapping.isEnabled ? 'Enabled' : 'Disabled',
    StateTransitionReason: 'USER_INITIATED',
    FunctionResponseTypes: mapping.reportsItemFailures ? ['ReportBatchItemFailures'] : [],
    ...(mapping.filters &&
      mapping.filters.length > 0 && { FilterCriteria: { Filters: mapping.filters.map((Pattern) => ({ Pattern })) } }),
    ...(mapping.concurrency !== undefined && { ScalingConfig: { MaximumConcurrency: mapping.concurrency } }),
  });

  /** As AWS: a message that is seen again while its function works on it would be worked on twice. */
  const checkQueue = async (queueArn: string, functionName: string): Promise<void> => {
    const sqs = queuesOf(context);
    const QueueUrl = sqs.urlOf(queueArn);
    if (QueueUrl === undefined)
      throw invalid(
        'Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.',
      );
    const { Attributes } = await sqs.call('GetQueueAttributes', { QueueUrl, AttributeNames: ['VisibilityTimeout'] });
    const visibility = Number(isShape(Attributes) ? Attributes.VisibilityTimeout : 0);
    const { timeoutSeconds, directory } = functions.of({ FunctionName: functionName });
    const isRegistered = directory === ''; // and has no timeout of its own
    if (!isRegistered && visibility < timeoutSeconds)
      throw invalid(
        `Queue visibility timeout: ${visibility} seconds is less than Function timeout: ${timeoutSeconds} seconds`,
      );
  };

  const store = (input: Shape, before: Mapping): Shape => {
    refuseUnknown(input);
    const batchSize = read.optionalNumber(input, 'BatchSize') ?? before.batchSize;
    const windowSeconds = read.optionalNumber(input, 'MaximumBatchingWindowInSeconds') ?? before.windowSeconds;
    const isFifo = before.queueArn.endsWith('.fifo');
    if (batchSize < 1 || batchSize > (isFifo ? 10 : 10_000)) throw invalid(`BatchSize ${batchSize} is out of bounds.`);
    if (windowSeconds < 0 || windowSeconds > 300) throw invalid('Maximum batch window must be from 0 to 300 seconds.');
    if (batchSize > 10 && windowSeconds === 0)
      throw invalid('Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10');
    const scaling = read.optionalShape(input, 'ScalingConfig');
    const concurrency = scaling === undefined ? before.concurrency : read.optionalNumber(scaling, 'MaximumConcurrency');
    if (concurrency !== undefined && (concurrency < 2 || concurrency > 1000))
      throw invalid(`MaximumConcurrency ${concurrency} is out of bounds: it must be from 2 to 1000.`);
    const types = read.texts(input, 'FunctionResponseTypes');
    const criteria = read.optionalShape(input, 'FilterCriteria');
    const mapping: Mapping = {
      ...before,
      functionName: input.FunctionName === undefined ? before.functionName : named(input),
      batchSize,
      windowSeconds,
      concurrency,
      reportsItemFailures:
        input.FunctionResponseTypes === undefined
          ? before.reportsItemFailures
          : types.includes('ReportBatchItemFailures'),
      filters: criteria === undefined ? (before.filters ?? []) : patternsOf(criteria),
      isEnabled: read.flag(input, 'Enabled') ?? before.isEnabled,
      modifiedMs: context.clock.now(),
    };
    mappings.set(mapping.id, mapping);
    start(mapping);
    return shown(mapping);
  };

  /** As it was asked for, once there is such a function: a mapping to an alias follows the alias. */
  const named = (input: Shape): string => {
    functions.of(input);
    const { name, qualifier } = functionAsked(input);
    return qualifier === LATEST ? name : `${name}:${qualifier}`;
  };

  const of = (input: Shape): Mapping => {
    const mapping = mappings.get(read.text(input, 'UUID'));
    if (mapping !== undefined) return mapping;
    throw new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.', 404, {
      Type: 'User',
    });
  };

  // Made again for the same queue and function (a template loaded anew), it is the same mapping with new settings.
  const create = async (input: Shape): Promise<Shape> => {
    const queueArn = read.text(input, 'EventSourceArn');
    if (parseArn(queueArn)?.service !== 'sqs') throw notImplemented('lambda', `the event source ${queueArn}`);
    const functionName = named(input);
    await checkQueue(queueArn, functionName);
    const same = mappings
      .values()
      .find((mapping) => mapping.queueArn === queueArn && mapping.functionName === functionName);
    return store(input, {
      id: same?.id ?? uuid(context.random),
      functionName,
      queueArn,
      batchSize: DEFAULT_BATCH,
      windowSeconds: 0,
      concurrency: undefined,
      reportsItemFailures: false,
      isEnabled: true,
      modifiedMs: 0,
    });
  };

  const list = (input: Shape): Shape => {
    const name = input.FunctionName === undefined ? undefined : named(input);
    const arn = read.optionalText(input, 'EventSourceArn');
    const found = mappings
      .values()
      .filter((mapping) => (name ?? mapping.functionName) === mapping.functionName)
      .filter((mapping) => (arn ?? mapping.queueArn) === mapping.queueArn);
    const { items, next } = pageOf(found, ({ id }) => id, pageAsked(input, 100));
    return { EventSourceMappings: items.map(shown), ...(next !== undefined && { NextMarker: next }) };
  };

  return {
    resume: () => {
      hasBegun = true;
      for (const { queueArn } of mappings.values()) takeReceivesBack(context, queueArn);
      for (const mapping of mappings.values()) start(mapping);
    },
    close: () => {
      for (const id of [...running.keys()]) stop(id);
    },
    operations: {
      CreateEventSourceMapping: create,
      GetEventSourceMapping: (input) => shown(of(input)),
      ListEventSourceMappings: list,
      UpdateEventSourceMapping: async (input) => {
        const { queueArn } = of(input);
        if (input.FunctionName !== undefined) await checkQueue(queueArn, named(input));
        return store(input, of(input));
      },
      DeleteEventSourceMapping: (input) => {
        const mapping = of(input);
        stop(mapping.id);
        mappings.delete(mapping.id);
        return { ...shown(mapping), State: 'Deleting' };
      },
    },
  };
};
