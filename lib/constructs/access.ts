// Who may touch what, as statements. Each names its resources; of the shared table and bucket, a pipeline gets its own keys.

import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { runsIndex } from '../records/index.ts';

type Right = 'read' | 'write';

const ledgerActions: { readonly [right in Right]: readonly string[] } = {
  read: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
  write: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
};

/** Lets `grantee` at the ledger's items whose partition keys match one of `keys` (with `*`); without keys, at all items. */
export const allowLedger = (
  grantee: IGrantable,
  ledgerArn: string,
  rights: readonly Right[],
  keys?: readonly string[],
): void => {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: rights.flatMap((right) => ledgerActions[right]),
      resources: [ledgerArn],
      ...(keys ? { conditions: leadingKeys(keys) } : {}),
    }),
  );
};

export const leadingKeys = (keys: readonly string[]) => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...keys] },
});

export const indexArn = (tableArn: string): string => `${tableArn}/index/${runsIndex.name}`;

const objectActions: { readonly [right in Right]: string } = { read: 's3:GetObject', write: 's3:PutObject' };

/** Lets `grantee` at the objects of these prefixes (`payloads/orders/`); without prefixes, at the whole bucket. */
export const allowObjects = (
  grantee: IGrantable,
  bucketArn: string,
  rights: readonly Right[],
  prefixes: readonly string[] = [''],
): void => {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: rights.map((right) => objectActions[right]),
      resources: prefixes.map((prefix) => `${bucketArn}/${prefix}*`),
    }),
  );
};

/** Lets `grantee` see which objects there are; without it, S3 says 403 of a missing object, not 404. */
export const allowList = (grantee: IGrantable, bucketArn: string): void => {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucketArn] }),
  );
};

/** The partition keys under which the ledger keeps a pipeline's runs and all that belongs to them. */
export const runKeysOf = (pipeline: string): string => `run#${pipeline}#*`;
export const payloadsOf = (pipeline: string): string => `payloads/${pipeline}/`;
export const artifactsOf = (pipeline: string): string => `artifacts/${pipeline}/`;
