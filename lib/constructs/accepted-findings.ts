// Findings of cdk-nag that we keep, each with its reason. Acknowledged where the resource is made.
import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

const reasons = {
  'AwsSolutions-S1': 'Access logs need a bucket of their own: who wants them sets them up.',
  'AwsSolutions-SF1': 'The ledger keeps what every run did, stage by stage; the log group holds what went wrong.',
  'AwsSolutions-SQS3': 'It is a dead-letter queue itself: messages are sent to it.',
  'Serverless-SQSRedrivePolicy': 'It is a dead-letter queue itself.',
  'Serverless-LambdaDLQ':
    'Step Functions or the queue keeps the failed call; of the one that is called by the clock, the next call makes up for it.',
  'Serverless-LambdaEventSourceMappingDestination':
    'Failed messages go to the dead-letter queue of the start queue; a mapping of SQS takes no destination.',
} as const;

export const acceptFindings = (construct: IConstruct, ...ids: readonly (keyof typeof reasons)[]): void => {
  for (const id of ids) Validations.of(construct).acknowledge({ id, reason: reasons[id] });
};

/** Accepts these resources, and no others, as wildcards in the policies of a role. */
export const acceptWildcards = (role: IConstruct, resources: readonly string[], reason: string): void => {
  for (const resource of resources)
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${spelled(Stack.of(role).resolve(resource))}]`,
      reason,
    });
};

/** A resolved ARN in cdk-nag's spelling: `<LogicalId.Arn>/payloads/*`. */
const spelled = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, argument] = ['', '']] = Object.entries(value);
  if (name === 'Fn::Join') return argument[1].map(spelled).join(argument[0]);
  return `<${name === 'Fn::GetAtt' ? argument.join('.') : spelled(argument)}>`;
};
