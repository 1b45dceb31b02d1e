// What a state machine's role needs for its Distributed Maps: to start executions of itself, and to read and write their files.
import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { CompiledPipeline } from '../asl/index.ts';
import type { RowsFile } from '../definition/index.ts';
import { mendedRows } from '../records/index.ts';
import { acceptWildcards } from './accepted-findings.ts';
import { artifactsOf } from './access.ts';
import type { Buckets } from './buckets.ts';

/** ARNs of the objects that hold a pipeline's rows, and of the buckets in which they are listed. */
export const rowsSources = (
  rows: readonly RowsFile[],
  pipeline: string,
  { inbox, payloads }: Pick<Buckets, 'inbox' | 'payloads'>,
): { readonly objects: readonly string[]; readonly listed: readonly string[] } => {
  const arnsOf = ({ bucket }: RowsFile): readonly [bucket: string, objects: string] => {
    if (bucket === 'inbox') return [inbox.bucketArn, inbox.arnForObjects('*')];
    if (bucket === 'artifacts') return [payloads.bucketArn, payloads.arnForObjects(`${artifactsOf(pipeline)}*`)];
    const arn = Stack.of(inbox).formatArn({ service: 's3', region: '', account: '', resource: bucket.name });
    return [arn, `${arn}/*`];
  };
  return {
    objects: [...new Set(rows.map((one) => arnsOf(one)[1]))],
    listed: [...new Set(rows.filter(({ under }) => under === 'prefix').map((one) => arnsOf(one)[0]))],
  };
};

export const allowDistributedMaps = (
  role: Role,
  { name, maps }: CompiledPipeline,
  /** Those of the pipeline's machines that have such maps. */
  machines: readonly string[],
  buckets: Pick<Buckets, 'inbox' | 'payloads'>,
): void => {
  if (machines.length === 0) return;
  // By name: the machine's definition needs the role first.
  const arn = (resource: string): string =>
    Stack.of(role).formatArn({ service: 'states', resource, arnFormat: ArnFormat.NO_RESOURCE_NAME });
  const allow = (actions: readonly string[], resources: readonly string[], reason: string): void => {
    role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [...resources] }));
    acceptWildcards(
      role,
      resources.filter((resource) => resource.includes('*')),
      reason,
    );
  };
  const itself = machines.map((machine) => arn(`stateMachine:${machine}`));
  allow(['states:StartExecution'], itself, '');
  const children = machines.flatMap((machine) => [arn(`execution:${machine}:*`), arn(`execution:${machine}/*`)]);
  const actions = ['states:DescribeExecution', 'states:StopExecution', 'states:RedriveExecution'];
  allow(actions, children, 'A Map Run names the executions of its children.');

  const sources = rowsSources(
    maps.flatMap(({ rows }) => (rows ? [rows] : [])),
    name,
    buckets,
  );
  if (sources.objects.length === 0) return;
  allow(['s3:GetObject'], sources.objects, 'The keys of the files to map over are known when the pipeline runs.');
  const { payloads } = buckets;
  if (sources.listed.length > 0) allow(['s3:ListBucket'], sources.listed, '');
  // A copy of JSON lines under a prefix, in which those that are none are marked, is listed as they are.
  if (maps.some(({ rows }) => rows?.under === 'prefix' && rows.format === 'jsonl'))
    role.addToPolicy(
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [payloads.bucketArn],
        conditions: { StringLike: { 's3:prefix': [`${mendedRows(name)}*`] } },
      }),
    );
  allow(
    ['s3:GetObject', 's3:PutObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'],
    [payloads.arnForObjects(`map-runs/${name}/*`)],
    'A Map Run names the files of its results.',
  );
};
