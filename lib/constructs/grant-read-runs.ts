import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { partitionKey, runsIndexKey } from '../records/index.ts';
import { artifactsOf, indexArn, leadingKeys, payloadsOf, runKeysOf } from './access.ts';

/** Where runs are kept. */
export interface RunStores {
  readonly ledgerArn: string;
  readonly payloadBucketArn: string;
}

/** Lets `grantee` read one pipeline's part of the ledger, of the index of runs, and of the payload bucket. */
export const grantReadRuns = (
  grantee: IGrantable,
  pipeline: string,
  { ledgerArn, payloadBucketArn }: RunStores,
): Grant => {
  const { runsPk } = runsIndexKey(pipeline, '', '');
  const { pk } = partitionKey(pipeline, '');
  const items = Grant.addToPrincipal({
    grantee,
    actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
    resourceArns: [ledgerArn, indexArn(ledgerArn)],
    conditions: leadingKeys([runKeysOf(pipeline), pk, runsPk]),
  });
  const objects = Grant.addToPrincipal({
    grantee,
    actions: ['s3:GetObject'],
    resourceArns: [payloadsOf(pipeline), artifactsOf(pipeline)].map((prefix) => `${payloadBucketArn}/${prefix}*`),
  });
  return items.combine(objects);
};
