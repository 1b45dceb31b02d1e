// Who may touch what, as statements. Each names its resources; of the shared table and bucket, a pipeline gets its own keys.
import { ArnFormat, Stack } from 'aws-cdk-lib';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { cacheKey, poolKey, runsIndex } from '../records/index.ts';
import { invariant } from '../support/invariant.ts';
import { acceptWildcards } from './accepted-findings.ts';

type Right = 'read' | 'write';

const roleOf = ({ role }: IFunction): IRole => {
  invariant(role, 'a function of ours has no role');
  return role;
};

/** Lets a function do `action` with `resource`, an ARN that may end in a wildcard, for this `reason`; gives the statement, `into` which more may go. */
export const allow = (
  grantee: IFunction,
  actions: readonly string[],
  resources: readonly string[],
  reason = 'The wildcard stands in names that only what this function works on has.',
  into?: PolicyStatement,
): PolicyStatement => {
  const role = roleOf(grantee);
  const statement = into ?? new PolicyStatement({ actions: [...actions] });
  statement.addResources(...resources);
  if (!into) role.addToPrincipalPolicy(statement);
  const wild = resources.filter((resource) => resource.includes('*'));
  acceptWildcards(role, wild, reason);
  return statement;
};

/** Lets a function read metrics. */
export const allowMetrics = (grantee: IFunction): void => {
  const role = roleOf(grantee);
  role.addToPrincipalPolicy(new PolicyStatement({ actions: ['cloudwatch:GetMetricData'], resources: ['*'] }));
  acceptWildcards(role, ['*'], 'CloudWatch takes no resource.');
};

const ledgerActions: { readonly [right in Right]: readonly string[] } = {
  read: ['dynamodb:GetItem', 'dynamodb:Query'],
  write: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
};

/** Lets a function at the ledger's items whose partition keys match one of `keys` (with `*`); without keys, at all items. */
export const allowLedger = (
  grantee: IFunction,
  ledgerArn: string,
  rights: readonly Right[],
  keys?: readonly string[],
): void => {
  roleOf(grantee).addToPrincipalPolicy(
    new PolicyStatement({
      actions: rights.flatMap((right) => ledgerActions[right]),
      resources: [ledgerArn],
      ...(keys ? { conditions: leadingKeys(keys) } : {}),
    }),
  );
};

/** Lets a function look up and keep results for later runs, of one stage's contract. */
export const allowCache = (grantee: IFunction, ledgerArn: string, pipeline: string, stage: string): void => {
  roleOf(grantee).addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['dynamodb:BatchGetItem', 'dynamodb:UpdateItem'],
      resources: [ledgerArn],
      conditions: leadingKeys([cacheKey(pipeline, stage, '*').pk]),
    }),
  );
};

/** Lets a function take of pools and give back; without their names, of all. Whoever gives back wakes who waits, in any pipeline. */
export const allowPools = (
  grantee: IFunction,
  ledgerArn: string,
  machines: readonly string[],
  pools: readonly string[] = ['*'],
): void => {
  roleOf(grantee).addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
      resources: [ledgerArn],
      conditions: leadingKeys(pools.map((pool) => poolKey({ pool, key: '*' }).pk)),
    }),
  );
  if (machines.length > 0) allow(grantee, ['states:SendTaskSuccess'], machines);
};

export const leadingKeys = (keys: readonly string[]) => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...keys] },
});

export const indexArn = (tableArn: string, index: string = runsIndex.name): string => `${tableArn}/index/${index}`;

const objectActions: { readonly [right in Right]: string } = { read: 's3:GetObject', write: 's3:PutObject' };

/** Lets a function at the objects of these prefixes (`payloads/orders/`); without prefixes, at the whole bucket. */
export const allowObjects = (
  grantee: IFunction,
  bucketArn: string,
  rights: readonly Right[],
  prefixes: readonly string[] = [''],
): PolicyStatement =>
  allow(
    grantee,
    rights.map((right) => objectActions[right]),
    prefixes.map((prefix) => `${bucketArn}/${prefix}*`),
  );

/** Lets a function see which objects there are; without it, S3 says 403 of a missing object, not 404. */
export const allowList = (grantee: IFunction, bucketArn: string): PolicyStatement =>
  allow(grantee, ['s3:ListBucket'], [bucketArn]);

/** The partition keys under which the ledger keeps a pipeline's runs and all that belongs to them. */
export const runKeysOf = (pipeline: string): string => `run#${pipeline}#*`;
export const payloadsOf = (pipeline: string): string => `payloads/${pipeline}/`;
export const artifactsOf = (pipeline: string): string => `artifacts/${pipeline}/`;

/** The ARN of a state machine of this account, by its name. */
export const stateMachineArn = (scope: Construct, name: string): string =>
  Stack.of(scope).formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: name,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
