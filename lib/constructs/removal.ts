import { RemovalPolicy } from 'aws-cdk-lib';

/** True when a resource must outlive its stack. */
export const isKept = (policy: RemovalPolicy): boolean =>
  policy === RemovalPolicy.RETAIN || policy === RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
