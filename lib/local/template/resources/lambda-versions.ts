import { createOrUpdate } from '../create-or-update.ts';
import type { ResourceHandler } from '../resource.ts';

/** AWS::Lambda::Version: the function as it is when the resource comes to be. Loaded again it is the same version. */
export const version: ResourceHandler = {
  applied: ['FunctionName', 'Description'],
  accepted: ['CodeSha256', 'ProvisionedConcurrencyConfig', 'RuntimePolicy'],
  apply: async ({ properties: { FunctionName, Description } }, context) => {
    const made = await context.service('lambda').call('PublishVersion', { FunctionName, Description });
    const arn = String(made.FunctionArn);
    return { physicalId: arn, arn, attributes: { Version: made.Version, FunctionArn: arn } };
  },
  remove: async ({ physicalId }, context) => {
    await context.service('lambda').call('DeleteFunction', { FunctionName: physicalId });
  },
};

/** AWS::Lambda::Alias. */
export const alias: ResourceHandler = {
  applied: ['FunctionName', 'Name', 'FunctionVersion', 'Description'],
  accepted: ['ProvisionedConcurrencyConfig'],
  apply: async ({ properties }, context) => {
    const lambda = context.service('lambda');
    const made = await createOrUpdate(
      'ResourceConflictException',
      () => lambda.call('CreateAlias', properties),
      () => lambda.call('UpdateAlias', properties),
    );
    const arn = String(made.AliasArn);
    return { physicalId: arn, arn, attributes: { AliasArn: arn } };
  },
  remove: async ({ physicalId }, context) => {
    const [FunctionName, Name] = physicalId.split(':').slice(6);
    await context.service('lambda').call('DeleteAlias', { FunctionName, Name });
  },
};
