import { createHash } from 'node:crypto';
import { arnOf } from '../../arn.ts';
import { createOrUpdate } from '../create-or-update.ts';
import { nameOf, type ResourceHandler } from '../resource.ts';

/** AWS::Logs::LogGroup. Lines are kept whatever the retention says. */
export const logGroup: ResourceHandler = {
  applied: ['LogGroupName', 'RetentionInDays'],
  accepted: [
    'DataProtectionPolicy',
    'DeletionProtectionEnabled',
    'FieldIndexPolicies',
    'KmsKeyId',
    'LogGroupClass',
    'Tags',
  ],
  apply: async (resource, context) => {
    const logGroupName = nameOf(resource, 'LogGroupName', { longest: 512 });
    const logs = context.service('cloudwatchlogs');
    await createOrUpdate(
      'ResourceAlreadyExistsException',
      () => logs.call('CreateLogGroup', { logGroupName }),
      () => Promise.resolve({}),
    );
    const days = resource.properties.RetentionInDays;
    if (days === undefined) await logs.call('DeleteRetentionPolicy', { logGroupName });
    else await logs.call('PutRetentionPolicy', { logGroupName, retentionInDays: Number(days) });
    const arn = arnOf(context, 'logs', `log-group:${logGroupName}:*`);
    return { physicalId: logGroupName, arn, attributes: { Arn: arn } };
  },
};

/** AWS::Logs::QueryDefinition. */
export const queryDefinition: ResourceHandler = {
  applied: ['Name', 'QueryString', 'LogGroupNames'],
  accepted: ['QueryLanguage'],
  apply: async ({ stack, logicalId, properties }, context) => {
    // The same id for the same resource, so that loading again updates it.
    const queryDefinitionId = createHash('sha256').update(`${stack}/${logicalId}`).digest('hex').slice(0, 32);
    const { Name: name, QueryString: queryString, LogGroupNames: logGroupNames } = properties;
    await context.service('cloudwatchlogs').call('PutQueryDefinition', {
      queryDefinitionId,
      name,
      queryString,
      ...(logGroupNames !== undefined && { logGroupNames }),
    });
    return { physicalId: queryDefinitionId, attributes: { QueryDefinitionId: queryDefinitionId } };
  },
  remove: async ({ physicalId }, context) => {
    await context.service('cloudwatchlogs').call('DeleteQueryDefinition', { queryDefinitionId: physicalId });
  },
};
