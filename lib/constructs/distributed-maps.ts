// What a state machine's role needs for its Distributed Maps: to start executions of itself, and to read and write their files.
import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { CompiledPipeline } from '../asl/index.ts';
import { acceptWildcards } from './accepted-findings.ts';
import { artifactsOf } from './access.ts';
import type { Buckets } from './buckets.ts';

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

  const reads = new Set(maps.flatMap(({ rows }) => (rows ? [rows] : [])));
  if (reads.size === 0) return;
  const { inbox, payloads } = buckets;
  const files = [
    ...(reads.has('inbox') ? [inbox.arnForObjects('*')] : []),
    ...(reads.has('artifacts') ? [payloads.arnForObjects(`${artifactsOf(name)}*`)] : []),
  ];
  allow(['s3:GetObject'], files, 'The key of the file to map over is known when the pipeline runs.');
  allow(
    ['s3:GetObject', 's3:PutObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'],
    [payloads.arnForObjects(`map-runs/${name}/*`)],
    'A Map Run names the files of its results.',
  );
};
