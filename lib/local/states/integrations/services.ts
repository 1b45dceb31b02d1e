// The services that a Task may call, and how each is spelt: in resource ARNs, in error names, and in the engine.
import type { ServiceId } from '../../service.ts';
import type { ServiceNames } from './call-error.ts';

export interface CalledService extends ServiceNames {
  readonly id: ServiceId;
  /** Its API spells fields in camelCase, while `aws-sdk:` integrations always use PascalCase. */
  readonly camelCase: boolean;
}

const service = (id: ServiceId, optimized: string, sdk: string, product: string, camelCase = false): CalledService => ({
  id,
  optimized,
  sdk,
  product,
  camelCase,
});

/** By the name in `arn:aws:states:::aws-sdk:<name>:<action>`. */
export const sdkServices: Readonly<Record<string, CalledService>> = {
  dynamodb: service('dynamodb', 'DynamoDB', 'DynamoDb', 'AmazonDynamoDBv2'),
  s3: service('s3', 'S3', 'S3', 'AmazonS3'),
  sqs: service('sqs', 'SQS', 'Sqs', 'AmazonSQS'),
  sns: service('sns', 'SNS', 'Sns', 'AmazonSNS'),
  eventbridge: service('eventbridge', 'EventBridge', 'EventBridge', 'AmazonCloudWatchEvents'),
  scheduler: service('scheduler', 'Scheduler', 'Scheduler', 'AmazonScheduler'),
  sfn: service('sfn', 'StepFunctions', 'Sfn', 'AWSStepFunctions', true),
  lambda: service('lambda', 'Lambda', 'Lambda', 'AWSLambda'),
  cloudwatch: service('cloudwatch', 'CloudWatch', 'CloudWatch', 'AmazonCloudWatch'),
  cloudwatchlogs: service('cloudwatchlogs', 'CloudWatchLogs', 'CloudWatchLogs', 'AWSLogs', true),
  ssm: service('ssm', 'Ssm', 'Ssm', 'AWSSimpleSystemsManagement'),
  sts: service('sts', 'Sts', 'Sts', 'AWSSecurityTokenService'),
};

export const serviceNamed = (name: string): CalledService | undefined =>
  Object.hasOwn(sdkServices, name) ? sdkServices[name] : undefined;

interface Optimized {
  readonly service: string;
  /** With the parameters of each, as its API has them. */
  readonly actions: Readonly<Record<string, readonly string[]>>;
  /** What may follow the action, beside nothing. */
  readonly patterns: readonly string[];
}

const TOKEN = ['.waitForTaskToken'];

const words = (text: string): readonly string[] => text.split(' ');
const INVOKE = words(
  'FunctionName Payload InvocationType Qualifier ClientContext LogType TenantId DurableExecutionName',
);
const MESSAGE = words('MessageAttributes MessageDeduplicationId MessageGroupId');
const SEND = [...words('QueueUrl MessageBody DelaySeconds MessageSystemAttributes'), ...MESSAGE];
const PUBLISH = [...words('TopicArn TargetArn PhoneNumber Message Subject MessageStructure'), ...MESSAGE];
const ITEMS = words('TableName ExpressionAttributeNames ReturnConsumedCapacity');
const GET_ITEM = [...words('Key AttributesToGet ConsistentRead ProjectionExpression'), ...ITEMS];
const WRITES = [
  ...words('Expected ConditionalOperator ConditionExpression ExpressionAttributeValues ReturnValues'),
  ...words('ReturnItemCollectionMetrics ReturnValuesOnConditionCheckFailure'),
  ...ITEMS,
];

/**
 * By the name in `arn:aws:states:::<name>:<action>`, with the actions that AWS has optimized and the patterns that it has them in:
 * https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
 */
export const optimizedActions: Readonly<Record<string, Optimized>> = {
  lambda: { service: 'lambda', actions: { invoke: INVOKE }, patterns: TOKEN },
  states: {
    service: 'sfn',
    actions: { startExecution: ['StateMachineArn', 'Input', 'Name', 'TraceHeader'] },
    patterns: [...TOKEN, '.sync', '.sync:2'],
  },
  dynamodb: {
    service: 'dynamodb',
    actions: {
      getItem: GET_ITEM,
      putItem: ['Item', ...WRITES],
      updateItem: ['Key', 'AttributeUpdates', 'UpdateExpression', ...WRITES],
      deleteItem: ['Key', ...WRITES],
    },
    patterns: [],
  },
  sqs: { service: 'sqs', actions: { sendMessage: SEND }, patterns: TOKEN },
  sns: { service: 'sns', actions: { publish: PUBLISH }, patterns: TOKEN },
  events: { service: 'eventbridge', actions: { putEvents: ['Entries', 'EndpointId'] }, patterns: TOKEN },
};

const OPTIMIZED = /^arn:[^:]+:states:[^:]*:[^:]*:([a-z]+):([A-Za-z0-9]+)(.*)$/;

interface OptimizedCall {
  readonly entry: Optimized;
  readonly pattern: string;
  /** Undefined for an action that it has not. */
  readonly parameters: readonly string[] | undefined;
}

/** What a Task calls, where it is an optimized integration of a service in the table. */
export const optimizedCall = (resource: string): OptimizedCall | undefined => {
  const [, service = '', action = '', pattern = ''] = OPTIMIZED.exec(resource) ?? [];
  const entry = Object.hasOwn(optimizedActions, service) ? optimizedActions[service] : undefined;
  const parameters = entry && Object.hasOwn(entry.actions, action) ? entry.actions[action] : undefined;
  return entry && { entry, pattern, parameters };
};
