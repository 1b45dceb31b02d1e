import type { RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acceptFindings } from './accepted-findings.ts';

/** The two buckets: `payloads` holds what stages hand on and write, `inbox` takes the objects that start runs. */
export class Buckets extends Construct {
  readonly payloads: Bucket;
  readonly inbox: Bucket;

  constructor(scope: Construct, id: string, removalPolicy: RemovalPolicy) {
    super(scope, id);
    const bucket = (name: string): Bucket => {
      const made = new Bucket(this, name, {
        blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
        encryption: BucketEncryption.S3_MANAGED,
        enforceSSL: true,
        removalPolicy,
      });
      acceptFindings(made, 'AwsSolutions-S1');
      return made;
    };
    this.payloads = bucket('Payloads');
    this.inbox = bucket('Inbox');
    // By the L1: the L2's `eventBridgeEnabled` brings a Lambda-backed custom resource with it.
    const inbox = this.inbox.node.defaultChild as CfnBucket;
    inbox.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
  }
}
