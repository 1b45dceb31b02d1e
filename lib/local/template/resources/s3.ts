import { isShape } from '../../field-reader.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { nameOf, type ResourceHandler } from '../resource.ts';

/** CloudFormation says EventBridgeConfiguration: { EventBridgeEnabled }, the API EventBridgeConfiguration: {}. */
const configureEvents = async (context: EngineContext, Bucket: string, notifications: unknown): Promise<void> => {
  const given = isShape(notifications) ? notifications : {};
  const { EventBridgeConfiguration, ...others } = given;
  const off = isShape(EventBridgeConfiguration) && String(EventBridgeConfiguration.EventBridgeEnabled) === 'false';
  const configuration: Shape =
    EventBridgeConfiguration === undefined || off ? others : { ...others, EventBridgeConfiguration: {} };
  await context.service('s3').call('PutBucketNotificationConfiguration', {
    Bucket,
    NotificationConfiguration: configuration,
  });
};

/** AWS::S3::Bucket. Events go to EventBridge only; versions, lifecycle and access are not kept. */
export const bucket: ResourceHandler = {
  applied: ['BucketName', 'NotificationConfiguration'],
  accepted: [
    'AccelerateConfiguration',
    'AccessControl',
    'BucketEncryption',
    'CorsConfiguration',
    'IntelligentTieringConfigurations',
    'InventoryConfigurations',
    'LifecycleConfiguration',
    'LoggingConfiguration',
    'MetricsConfigurations',
    'OwnershipControls',
    'PublicAccessBlockConfiguration',
    'Tags',
    'VersioningConfiguration',
  ],
  apply: async (resource, context) => {
    const name = nameOf(resource, 'BucketName', { longest: 63, lowerCase: true });
    try {
      await context.service('s3').call('CreateBucket', { Bucket: name });
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'BucketAlreadyOwnedByYou')) throw error;
    }
    await configureEvents(context, name, resource.properties.NotificationConfiguration);
    const arn = `arn:aws:s3:::${name}`;
    return {
      physicalId: name,
      arn,
      attributes: {
        Arn: arn,
        DomainName: `${name}.s3.amazonaws.com`,
        RegionalDomainName: `${name}.s3.${context.region}.amazonaws.com`,
        DualStackDomainName: `${name}.s3.dualstack.${context.region}.amazonaws.com`,
        WebsiteURL: `http://${name}.s3-website-${context.region}.amazonaws.com`,
      },
    };
  },
};

/** The CDK's way to say a bucket's notifications: a custom resource, carried out here without its Lambda. */
export const bucketNotifications: ResourceHandler = {
  applied: ['BucketName', 'NotificationConfiguration'],
  accepted: ['ServiceToken', 'Managed', 'SkipDestinationValidation'],
  apply: async ({ properties, logicalId }, context) => {
    await configureEvents(context, String(properties.BucketName), properties.NotificationConfiguration);
    return { physicalId: logicalId, attributes: {} };
  },
};
