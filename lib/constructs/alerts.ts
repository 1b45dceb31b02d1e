import { Stack } from 'aws-cdk-lib';
import { type EventBus, EventField, Match, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { runEvents } from '../records/index.ts';
import { names } from './names.ts';
import { delivery } from './triggers/start-target.ts';

/** The topic that alarms tell, and rules may. Not encrypted with a key: alarms cannot publish through AWS's own. */
export const alertsTopic = (scope: Construct, topicName: string, email: string | undefined): Topic => {
  const topic = new Topic(scope, 'Alerts', { topicName, enforceSSL: true });
  for (const service of ['cloudwatch', 'events']) {
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: `From${service}`,
        principals: [new ServicePrincipal(`${service}.amazonaws.com`)],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
      }),
    );
  }
  if (email !== undefined) topic.addSubscription(new EmailSubscription(email));
  return topic;
};

/** What of the bus goes to the topic: whatever holds words for a person, which `lib/operators/alert-text.ts` writes. */
export const alertEvents = (
  scope: Construct,
  orchestrator: string,
  eventBus: EventBus,
  topic: ITopic,
  undelivered: IQueue,
): Rule =>
  new Rule(scope, 'AlertEvents', {
    ruleName: names.operator(orchestrator, 'alert-events'),
    description: 'Tells the alerts topic what a person has to act on',
    eventBus,
    eventPattern: { source: [runEvents.source], detail: { text: Match.exists() } },
    targets: [
      new SnsTopic(topic, {
        message: RuleTargetInput.fromText(EventField.fromPath('$.detail.text')),
        deadLetterQueue: undelivered,
        retryAttempts: delivery.retries,
        maxEventAge: delivery.age,
      }),
    ],
  });
