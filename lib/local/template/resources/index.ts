// Every resource type that the engine runs, by its CloudFormation name.
import type { ResourceHandler } from '../resource.ts';
import { apiDestination, connection } from './api-destinations.ts';
import { alarm, dashboard } from './cloudwatch.ts';
import { globalTable, table } from './dynamodb.ts';
import { eventBus, rule } from './events.ts';
import { eventInvokeConfig, eventSourceMapping, functionUrl, lambdaFunction } from './lambda.ts';
import { alias, version } from './lambda-versions.ts';
import { logGroup, queryDefinition } from './logs.ts';
import { bucket, bucketNotifications } from './s3.ts';
import { schedule, scheduleGroup } from './scheduler.ts';
import { subscription, topic } from './sns.ts';
import { queue } from './sqs.ts';
import { parameter } from './ssm.ts';
import { stateMachine } from './step-functions.ts';

export { NOT_ENFORCED } from './not-enforced.ts';

export const HANDLERS: { readonly [type: string]: ResourceHandler } = {
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::CloudWatch::Dashboard': dashboard,
  'AWS::DynamoDB::GlobalTable': globalTable,
  'AWS::DynamoDB::Table': table,
  'AWS::Events::ApiDestination': apiDestination,
  'AWS::Events::Connection': connection,
  'AWS::Events::EventBus': eventBus,
  'AWS::Events::Rule': rule,
  'AWS::Lambda::Alias': alias,
  'AWS::Lambda::EventInvokeConfig': eventInvokeConfig,
  'AWS::Lambda::EventSourceMapping': eventSourceMapping,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::Url': functionUrl,
  'AWS::Lambda::Version': version,
  'AWS::Logs::LogGroup': logGroup,
  'AWS::Logs::QueryDefinition': queryDefinition,
  'AWS::S3::Bucket': bucket,
  'AWS::SNS::Subscription': subscription,
  'AWS::SNS::Topic': topic,
  'AWS::SQS::Queue': queue,
  'AWS::SSM::Parameter': parameter,
  'AWS::Scheduler::Schedule': schedule,
  'AWS::Scheduler::ScheduleGroup': scheduleGroup,
  'AWS::StepFunctions::StateMachine': stateMachine,
  'Custom::S3BucketNotifications': bucketNotifications,
};
