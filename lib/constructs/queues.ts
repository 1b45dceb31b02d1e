// The start queue, through which everything that starts a run goes, and the two queues for what does not get through.
import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { startQueue } from '../records/index.ts';
import { acceptFindings } from './accepted-findings.ts';
import { names } from './names.ts';

export interface QueuesProps {
  readonly orchestrator: string;
  /** Of the function that takes from the start queue. */
  readonly consumerTimeout: Duration;
}

export class Queues extends Construct {
  readonly start: Queue;
  /** Start messages that `dispatch` gave up on. AWS's own redrive puts them back on the start queue. */
  readonly startFailed: Queue;
  /**
   * Events that could not be delivered, as they were. Apart from `startFailed`, because EventBridge leaves the event, not
   * the message made from it: redriven to the start queue it would only fail again.
   */
  readonly undelivered: Queue;

  constructor(scope: Construct, id: string, { orchestrator, consumerTimeout }: QueuesProps) {
    super(scope, id);
    this.startFailed = deadLetterQueue(this, 'StartFailed', names.startDeadLetterQueue(orchestrator));
    this.undelivered = deadLetterQueue(this, 'Undelivered', names.undeliveredQueue(orchestrator));
    this.start = new Queue(this, 'Start', {
      queueName: names.startQueue(orchestrator),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // Below the fourteen days of its dead-letter queue, which keeps the first enqueue time.
      retentionPeriod: Duration.days(4),
      // Lambda asks for six times the function's timeout, or a message in work shows up again.
      visibilityTimeout: Duration.seconds(6 * consumerTimeout.toSeconds()),
      deadLetterQueue: { queue: this.startFailed, maxReceiveCount: startQueue.receives },
    });
    for (const queue of [this.start, this.undelivered]) queue.addToResourcePolicy(fromRules(queue, orchestrator));
  }
}

/** A queue that is itself where messages end: fourteen days, encrypted, TLS only. */
export const deadLetterQueue = (scope: Construct, id: string, queueName: string): Queue => {
  const queue = new Queue(scope, id, {
    queueName,
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  acceptFindings(queue, 'AwsSolutions-SQS3', 'Serverless-SQSRedrivePolicy');
  return queue;
};

/**
 * The queue of the dead letters that are to be done again. What cannot be goes back to the dead letters; as their queue's
 * redrive policy names it, AWS lets a person redrive them to it.
 */
export const replayQueue = (
  scope: Construct,
  id: string,
  props: { readonly queueName: string; readonly deadLetters: IQueue; readonly consumerTimeout: Duration },
): Queue =>
  new Queue(scope, id, {
    queueName: props.queueName,
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(4),
    visibilityTimeout: Duration.seconds(6 * props.consumerTimeout.toSeconds()),
    deadLetterQueue: { queue: props.deadLetters, maxReceiveCount: 5 },
  });

/**
 * One statement for all rules of the orchestrator, by the form of their names: one each would outgrow the policy, and would
 * tie this stack to those of the pipelines, which already depend on it.
 */
const fromRules = (queue: Queue, orchestrator: string): PolicyStatement =>
  new PolicyStatement({
    effect: Effect.ALLOW,
    principals: [new ServicePrincipal('events.amazonaws.com')],
    actions: ['sqs:SendMessage'],
    resources: [queue.queueArn],
    conditions: { ArnLike: { 'aws:SourceArn': rulesOf(queue, orchestrator) } },
  });

/** The rules of an orchestrator, on the account's bus and on its own (or on any, with `*`), by the form of their names. */
export const rulesOf = (scope: Construct, orchestrator: string, bus = names.eventBus(orchestrator)): string[] => {
  const form = `${orchestrator}-*`;
  return [form, `${bus}/${form}`].map((resourceName) =>
    Stack.of(scope).formatArn({
      service: 'events',
      resource: 'rule',
      resourceName,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    }),
  );
};
