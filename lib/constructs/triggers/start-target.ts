import { Duration } from 'aws-cdk-lib';
import { type IRuleTarget, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import type { IOrchestrator } from '../shared.ts';

/** What delivery to the start queue gets before an event goes to the undelivered: EventBridge's own most. */
export const delivery = { retries: 185, age: Duration.hours(24) } as const;

/**
 * The start queue as a rule's target. `message` is a StartMessage in which EventField stands for parts of the event. Not
 * CDK's own target: it would write a statement into the queue's policy for each rule, which ties the stacks in a circle.
 */
export const startTarget = (orchestrator: IOrchestrator, message: object): IRuleTarget => ({
  bind: () => ({
    arn: orchestrator.startQueue.queueArn,
    input: RuleTargetInput.fromObject(message),
    deadLetterConfig: { arn: orchestrator.undelivered.queueArn },
    retryPolicy: { maximumRetryAttempts: delivery.retries, maximumEventAgeInSeconds: delivery.age.toSeconds() },
  }),
});
