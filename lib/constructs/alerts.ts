import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';

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
