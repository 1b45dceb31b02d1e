// Where asynchronous events go when they are done or given up: a queue, topic, function or event bus.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
import { parseArn } from '../../arn.ts';
import { type EngineContext, notImplemented, type Shape } from '../../service.ts';
import { isQueueService } from '../sqs/queue-service.ts';
import { answerPayload } from './invoke.ts';
import type { Outcome } from './runner.ts';

/** An event that has run for the last time. */
export interface Delivery {
  readonly requestId: string;
  /** With the version that ran. */
  readonly functionArn: string;
  readonly payload: string;
  readonly attempts: number;
  readonly condition: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';
  /** Of the last attempt; undefined where the function was not called then, for it was throttled. */
  readonly outcome: Outcome | undefined;
}

const statusOf = ({ outcome }: Delivery): number => (outcome ? 200 : 429);

const recordOf = (context: EngineContext, delivery: Delivery): Shape => {
  const { requestId, functionArn, payload, attempts, condition, outcome } = delivery;
  return {
    version: '1.0',
    timestamp: new Date(context.clock.now()).toISOString(),
    requestContext: {
      requestId,
      functionArn,
      condition,
      approximateInvokeCount: attempts,
    },
    requestPayload: JSON.parse(payload),
    responseContext: {
      statusCode: statusOf(delivery),
      executedVersion: functionArn.split(':').at(-1),
      ...(outcome?.kind === 'failed' && { functionError: 'Unhandled' }),
    },
    ...(outcome && { responsePayload: JSON.parse(answerPayload(outcome)) }),
  };
};

const sendToQueue = async (context: EngineContext, arn: string, message: Shape): Promise<void> => {
  const sqs = context.service('sqs');
  const QueueUrl = isQueueService(sqs) ? sqs.urlOf(arn) : undefined;
  await sqs.call('SendMessage', { QueueUrl: QueueUrl ?? arn, ...message });
};

/** Sends the record of what came of an event to a destination. */
export const deliverResult = async (context: EngineContext, arn: string, delivery: Delivery): Promise<void> => {
  const record = recordOf(context, delivery);
  const text = JSON.stringify(record);
  const target = parseArn(arn);
  if (target?.service === 'sqs') return sendToQueue(context, arn, { MessageBody: text });
  if (target?.service === 'sns')
    return void (await context.service('sns').call('Publish', { TopicArn: arn, Message: text }));
  if (target?.service === 'lambda') {
    const input = { FunctionName: arn, InvocationType: 'Event', Payload: text };
    return void (await context.service('lambda').call('Invoke', input));
  }
  if (target?.service !== 'events') throw notImplemented('lambda', `the destination ${arn}`);
  const word = delivery.condition === 'Success' ? 'Success' : 'Failure';
  const entry = {
    Source: 'lambda',
    DetailType: `Lambda Function Invocation Result - ${word}`,
    Detail: text,
    EventBusName: arn,
    Resources: [arn, delivery.functionArn],
  };
  await context.service('eventbridge').call('PutEvents', { Entries: [entry] });
};

/** Sends the event itself to the function's dead-letter queue or topic. */
export const deliverDeadLetter = async (context: EngineContext, arn: string, delivery: Delivery): Promise<void> => {
  const { outcome } = delivery;
  const cause = outcome?.kind === 'failed' ? outcome.error.errorMessage : 'Rate Exceeded.';
  const MessageAttributes = {
    RequestID: { DataType: 'String', StringValue: delivery.requestId },
    ErrorCode: { DataType: 'Number', StringValue: String(statusOf(delivery)) },
    ErrorMessage: { DataType: 'String', StringValue: cause.slice(0, 1024) || 'Unhandled' },
  };
  const target = parseArn(arn);
  if (target?.service === 'sqs') return sendToQueue(context, arn, { MessageBody: delivery.payload, MessageAttributes });
  if (target?.service !== 'sns') throw notImplemented('lambda', `the dead-letter target ${arn}`);
  await context.service('sns').call('Publish', { TopicArn: arn, Message: delivery.payload, MessageAttributes });
};
