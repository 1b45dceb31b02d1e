import { Stack } from 'aws-cdk-lib';
import { type EventBus, EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
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

/** What of the bus goes to the topic: what a person has to act on, in words. */
export const alertEvents = (
  scope: Construct,
  orchestrator: string,
  eventBus: EventBus,
  topic: ITopic,
  undelivered: IQueue,
): void => {
  const field = (name: string): string => EventField.fromPath(`$.detail.${name}`);
  const place = `${field('stage')} of ${field('pipeline')}, run ${field('run')}, partition ${field('partition')}`;
  const alerts = {
    AnswerWanted: {
      detailType: runEvents.answerWanted,
      text: `${field('prompt')} Asked by ${place}. Until ${field('until')}, answer with: ${field('command')} where {…} holds ${field('wants')}. What to look at: ${field('shown')}`,
    },
    CheckFailed: {
      detailType: runEvents.checkFailed,
      text: `The check ${place} did not pass (severity ${field('severity')}): ${field('cause')}`,
    },
  };
  for (const [id, { detailType, text }] of Object.entries(alerts)) {
    new Rule(scope, id, {
      ruleName: names.operator(orchestrator, id === 'AnswerWanted' ? 'answer-wanted' : 'check-failed'),
      description: `Tells the alerts topic of each ${detailType}`,
      eventBus,
      eventPattern: { source: [runEvents.source], detailType: [detailType] },
      targets: [
        new SnsTopic(topic, {
          message: RuleTargetInput.fromText(text),
          deadLetterQueue: undelivered,
          retryAttempts: delivery.retries,
          maxEventAge: delivery.age,
        }),
      ],
    });
  }
};
