// Turns a matched event into the API call that its target gets.
import { createHash } from 'node:crypto';
import { readJsonPath } from '../../../support/event-path.ts';
import { fillTemplate } from '../../../support/event-template.ts';
import { parseArn } from '../../arn.ts';
import type { Delivery } from '../../delivery/index.ts';
import { AwsError, type EngineContext } from '../../service.ts';
import { postTo } from './api-destinations.ts';
import { type Envelope, wholeSeconds } from './event.ts';
import type { Rule } from './rule.ts';
import type { Target } from './target.ts';

const DEFAULT_RETRIES = 185;
const DEFAULT_MAX_AGE_SECONDS = 86_400;

const bodyOf = (rule: Rule, target: Target, event: Envelope, nowMs: number): string => {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(readJsonPath(target.InputPath, event) ?? null);
  const transformer = target.InputTransformer;
  if (transformer === undefined) return JSON.stringify(event);
  return fillTemplate(transformer.InputTemplate, transformer.InputPathsMap ?? {}, event, {
    ruleArn: rule.arn,
    ruleName: rule.name,
    ingestionTime: wholeSeconds(nowMs),
  });
};

/** Equal for the same event, rule and target, so that a repeated delivery cannot start a second execution. */
const executionName = (rule: Rule, target: Target, event: Envelope): string => {
  const hash = createHash('sha256').update(`${rule.arn} ${target.Id}`).digest('hex');
  return `${event.id}_${hash.slice(0, 32)}`;
};

type Call = Pick<Delivery, 'service' | 'operation' | 'input' | 'queueArn' | 'doneWhen'>;

const callOf = (rule: Rule, target: Target, event: Envelope, body: string, nowMs: number): Call => {
  const arn = parseArn(target.Arn);
  switch (arn?.service) {
    case 'sqs': {
      const group = target.SqsParameters?.MessageGroupId;
      const input = { MessageBody: body, ...(group !== undefined && { MessageGroupId: group }) };
      return { service: 'sqs', operation: 'SendMessage', input, queueArn: target.Arn };
    }
    case 'lambda':
      return {
        service: 'lambda',
        operation: 'Invoke',
        input: { FunctionName: target.Arn, InvocationType: 'Event', Payload: body },
      };
    case 'states':
      return {
        service: 'sfn',
        operation: 'StartExecution',
        input: { stateMachineArn: target.Arn, name: executionName(rule, target, event), input: body },
        doneWhen: 'ExecutionAlreadyExists',
      };
    case 'sns':
      return { service: 'sns', operation: 'Publish', input: { TopicArn: target.Arn, Message: body } };
    case 'logs':
      return {
        service: 'cloudwatchlogs',
        operation: 'WriteLogLines',
        input: {
          logGroupName: arn.resource.replace(/^log-group:/, '').replace(/:\*$/, ''),
          logStreamName: event.id,
          logEvents: [{ timestamp: nowMs, message: body }],
        },
      };
    case 'events':
      return postTo(target.Arn, body); // those that are buses are routed on
    default:
      throw new AwsError('ValidationException', `No delivery to ${target.Arn}`); // PutTargets refuses these
  }
};

/** The delivery of `event` to `target` of `rule`. Not for targets that are buses. */
export const targetDelivery = (context: EngineContext, rule: Rule, target: Target, event: Envelope): Delivery => {
  const now = context.clock.now();
  const call = callOf(rule, target, event, bodyOf(rule, target, event, now), now);
  const queueArn = target.DeadLetterConfig?.Arn;
  const attributes = { RULE_ARN: rule.arn, TARGET_ARN: target.Arn };
  return {
    owedBy: rule.arn,
    ...call,
    retries: target.RetryPolicy?.MaximumRetryAttempts ?? DEFAULT_RETRIES,
    maxAgeSeconds: target.RetryPolicy?.MaximumEventAgeInSeconds ?? DEFAULT_MAX_AGE_SECONDS,
    ...(queueArn !== undefined && { deadLetter: { queueArn, body: JSON.stringify(event), attributes } }),
  };
};
