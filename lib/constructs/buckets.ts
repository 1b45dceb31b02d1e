import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, type LifecycleRule } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acceptFindings } from './accepted-findings.ts';

/** What nobody needs any more: parts of who died before they were joined, and what a Map Run wrote or read, once AWS cannot redrive it. */
const leftovers: LifecycleRule[] = [
  { id: 'uploads', abortIncompleteMultipartUploadAfter: Duration.days(2) },
  { id: 'map-runs', prefix: 'map-runs/', expiration: Duration.days(90) },
];

/** The two buckets: `payloads` holds what stages hand on and write, `inbox` takes the objects that start runs. */
export class Buckets extends Construct {
  readonly payloads: Bucket;
  readonly inbox: Bucket;

  constructor(scope: Construct, id: string, removalPolicy: RemovalPolicy) {
    super(scope, id);
    const bucket = (name: string, lifecycleRules: LifecycleRule[] = []): Bucket => {
      const made = new Bucket(this, name, {
        blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
        encryption: BucketEncryption.S3_MANAGED,
        enforceSSL: true,
        removalPolicy,
        lifecycleRules,
      });
      acceptFindings(made, 'AwsSolutions-S1');
      return made;
    };
    this.payloads = bucket('Payloads', leftovers);
    this.inbox = bucket('Inbox');
    // By the L1: the L2's `eventBridgeEnabled` brings a Lambda-backed custom resource with it.
    const inbox = this.inbox.node.defaultChild as CfnBucket;
    inbox.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
  }
}
