// One invocation of a schedule as the API call that its target gets.
import { createHash } from 'node:crypto';
import { parseArn } from '../../arn.ts';
import type { Delivery } from '../../delivery/index.ts';
import { isShape } from '../../field-reader.ts';
import { AwsError, type EngineContext, type ServiceId, type Shape } from '../../service.ts';
import { uuid } from '../../uuid.ts';
import { read, type ScheduleRecord, windowMs } from './schedule-record.ts';

const DEFAULT_RETRIES = 185;
const DEFAULT_MAX_AGE_SECONDS = 86_400;

/** The engine's service for the service part of `arn:aws:scheduler:::aws-sdk:SERVICE:ACTION`, where they differ. */
const SDK_SERVICES: { readonly [name: string]: ServiceId } = {
  cloudwatchlogs: 'cloudwatchlogs',
  logs: 'cloudwatchlogs',
};

/** Scheduler replaces these keywords in the input. https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
const fillKeywords = (input: string, facts: { readonly [keyword: string]: string }): string =>
  input.replace(/<aws\.scheduler\.[a-z-]+>/g, (keyword) => facts[keyword] ?? keyword);

const invalid = (reason: string): AwsError => new AwsError('ValidationException', reason);

const json = (input: string): unknown => {
  try {
    return JSON.parse(input || '{}');
  } catch (error) {
    throw invalid(`The Input of this target must be JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
};

const parsedInput = (input: string): Shape => {
  const parsed = json(input);
  if (isShape(parsed)) return parsed;
  throw invalid('The Input of a universal target must be a JSON object');
};

type Call = Pick<Delivery, 'service' | 'operation' | 'input' | 'queueArn' | 'doneWhen'>;

const universalCall = (context: EngineContext, resource: string, input: string): Call => {
  const [, name = '', action = ''] = resource.split(':');
  const service = SDK_SERVICES[name] ?? context.service(name as ServiceId).id; // `service` throws where there is none
  return { service, operation: action.charAt(0).toUpperCase() + action.slice(1), input: parsedInput(input) };
};

const eventCall = (target: Shape, arn: string, input: string): Call => {
  const facts = read.shape(target, 'EventBridgeParameters');
  const entry = {
    EventBusName: arn,
    Source: read.text(facts, 'Source'),
    DetailType: read.text(facts, 'DetailType'),
    Detail: input || '{}',
  };
  return { service: 'eventbridge', operation: 'PutEvents', input: { Entries: [entry] } };
};

const callOf = (context: EngineContext, record: ScheduleRecord, input: string, dueMs: number): Call => {
  const target = read.shape(record.settings, 'Target');
  const arn = read.text(target, 'Arn');
  const { service, resource = '' } = parseArn(arn) ?? {};
  switch (service) {
    case 'sqs': {
      const group = read.optionalText(read.optionalShape(target, 'SqsParameters') ?? {}, 'MessageGroupId');
      const message = { MessageBody: input, ...(group !== undefined && { MessageGroupId: group }) };
      return { service: 'sqs', operation: 'SendMessage', input: message, queueArn: arn };
    }
    case 'lambda':
      return {
        service: 'lambda',
        operation: 'Invoke',
        input: { FunctionName: arn, InvocationType: 'Event', Payload: input },
      };
    case 'states': {
      // Equal for the same schedule and time, so that a repeated delivery cannot start a second execution.
      const name = createHash('sha256').update(`${record.arn} ${dueMs}`).digest('hex').slice(0, 64);
      const start = { stateMachineArn: arn, name, input: input || '{}' };
      return { service: 'sfn', operation: 'StartExecution', input: start, doneWhen: 'ExecutionAlreadyExists' };
    }
    case 'sns':
      return { service: 'sns', operation: 'Publish', input: { TopicArn: arn, Message: input } };
    case 'events':
      return eventCall(target, arn, input);
    default:
      return universalCall(context, resource, input);
  }
};

const TAKES_TEXT = ['sqs', 'sns'];

/** Throws what would keep `record` from ever being delivered: an input or a service that its target cannot be called with. */
export const checkDelivery = (context: EngineContext, record: ScheduleRecord): void => {
  const { service } = scheduleDelivery(context, record, context.clock.now());
  if (!TAKES_TEXT.includes(service)) json(read.optionalText(read.shape(record.settings, 'Target'), 'Input') ?? '');
};

/** The delivery of the invocation of `record` that was due at `dueMs`. */
export const scheduleDelivery = (context: EngineContext, record: ScheduleRecord, dueMs: number): Delivery => {
  const target = read.shape(record.settings, 'Target');
  const scheduled = `${new Date(dueMs).toISOString().slice(0, 19)}Z`;
  const input = fillKeywords(read.optionalText(target, 'Input') ?? '', {
    '<aws.scheduler.schedule-arn>': record.arn,
    '<aws.scheduler.scheduled-time>': scheduled,
    '<aws.scheduler.execution-id>': uuid(context.random),
    '<aws.scheduler.attempt-number>': '1',
  });
  const retry = read.optionalShape(target, 'RetryPolicy') ?? {};
  const queueArn = read.optionalText(read.optionalShape(target, 'DeadLetterConfig') ?? {}, 'Arn');
  const attributes = {
    SCHEDULE_ARN: record.arn,
    SCHEDULED_TIME: scheduled,
    TARGET_ARN: read.text(target, 'Arn'),
    IS_PAYLOAD_TRUNCATED: 'false',
  };
  const latest = windowMs(record.settings);
  return {
    owedBy: record.arn,
    ...callOf(context, record, input, dueMs),
    ...(latest > 0 && { notBeforeMs: dueMs + Math.floor(context.random() * latest) }),
    retries: read.optionalNumber(retry, 'MaximumRetryAttempts') ?? DEFAULT_RETRIES,
    maxAgeSeconds: read.optionalNumber(retry, 'MaximumEventAgeInSeconds') ?? DEFAULT_MAX_AGE_SECONDS,
    ...(queueArn !== undefined && { deadLetter: { queueArn, body: input || '{}', attributes } }),
  };
};
