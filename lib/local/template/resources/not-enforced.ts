// Resource types that a template may hold and that change nothing here: access, encryption keys, bookkeeping of the CDK.
// Their Ref and Fn::GetAtt give what AWS's would look like, since other resources name them.
import { createHash } from 'node:crypto';
import type { EngineContext, Shape } from '../../service.ts';
import { nameOf, type Provisioned, type Resource } from '../resource.ts';

type Stand = (resource: Resource, context: EngineContext) => Provisioned;

const nothing: Stand = ({ logicalId }) => ({ physicalId: logicalId, attributes: {} });

const global = (context: EngineContext, service: string, resource: string): string =>
  `arn:aws:${service}::${context.account}:${resource}`;

const hashOf = ({ stack, logicalId }: Resource): string =>
  createHash('sha256').update(`${stack}/${logicalId}`).digest('hex');

const uuidOf = (resource: Resource): string =>
  hashOf(resource).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');

const pathOf = ({ Path }: Shape): string => (typeof Path === 'string' ? Path : '/');

const role: Stand = (resource, context) => {
  const name = nameOf(resource, 'RoleName', { longest: 64 });
  const Arn = global(context, 'iam', `role${pathOf(resource.properties)}${name}`);
  return {
    physicalId: name,
    arn: Arn,
    attributes: { Arn, RoleId: `AROA${hashOf(resource).slice(0, 16).toUpperCase()}` },
  };
};

const managedPolicy: Stand = (resource, context) => {
  const name = nameOf(resource, 'ManagedPolicyName', { longest: 128 });
  const PolicyArn = global(context, 'iam', `policy${pathOf(resource.properties)}${name}`);
  return { physicalId: PolicyArn, arn: PolicyArn, attributes: { PolicyArn } };
};

const key: Stand = (resource, context) => {
  const KeyId = uuidOf(resource);
  const Arn = `arn:aws:kms:${context.region}:${context.account}:key/${KeyId}`;
  return { physicalId: KeyId, arn: Arn, attributes: { Arn, KeyId } };
};

const keyAlias: Stand = (resource) => {
  const name = resource.properties.AliasName;
  return { physicalId: typeof name === 'string' ? name : resource.logicalId, attributes: {} };
};

/** Accepted, not enforced here, whatever their properties say. */
export const NOT_ENFORCED: { readonly [type: string]: Stand } = {
  'AWS::CDK::Metadata': nothing,
  'AWS::Events::EventBusPolicy': nothing,
  'AWS::IAM::ManagedPolicy': managedPolicy,
  'AWS::IAM::Policy': nothing,
  'AWS::IAM::Role': role,
  'AWS::KMS::Alias': keyAlias,
  'AWS::KMS::Key': key,
  'AWS::Lambda::Permission': nothing,
  'AWS::Logs::ResourcePolicy': nothing,
  'AWS::S3::BucketPolicy': nothing,
  'AWS::SNS::TopicPolicy': nothing,
  'AWS::SQS::QueuePolicy': nothing,
  'Custom::CloudwatchLogResourcePolicy': nothing,
  'Custom::LogRetention': nothing,
  'Custom::S3AutoDeleteObjects': nothing,
};
