import type { Shape } from '../../service.ts';
import { createOrUpdate } from '../create-or-update.ts';
import { nameOf, pick, type Resource, type ResourceHandler } from '../resource.ts';

const exists = 'ResourceAlreadyExistsException';
const nameRule = { longest: 64, replaced: /[^\w.-]/g };

const inputOf = (resource: Resource, fields: readonly string[]): Shape & { readonly Name: string } => ({
  ...pick(resource.properties, fields),
  Name: nameOf(resource, 'Name', nameRule),
});

const ofConnection = ['AuthorizationType', 'AuthParameters'];

/** AWS::Events::Connection, with an API key or a password. */
export const connection: ResourceHandler = {
  applied: ['Name', ...ofConnection],
  accepted: ['Description', 'KmsKeyIdentifier'],
  apply: async (resource, context) => {
    const eventbridge = context.service('eventbridge');
    const input = inputOf(resource, ofConnection);
    const { ConnectionArn } = await createOrUpdate(
      exists,
      () => eventbridge.call('CreateConnection', input),
      () => eventbridge.call('UpdateConnection', input),
    );
    const Arn = String(ConnectionArn);
    return { physicalId: input.Name, arn: Arn, attributes: { Arn, ArnForPolicy: Arn.replace(/\/[^/]*$/, '') } };
  },
  remove: async ({ physicalId }, context) => {
    await context.service('eventbridge').call('DeleteConnection', { Name: physicalId });
  },
};

const ofDestination = ['ConnectionArn', 'InvocationEndpoint', 'HttpMethod', 'InvocationRateLimitPerSecond'];

/** AWS::Events::ApiDestination. */
export const apiDestination: ResourceHandler = {
  applied: ['Name', ...ofDestination],
  accepted: ['Description'],
  apply: async (resource, context) => {
    const eventbridge = context.service('eventbridge');
    const input = inputOf(resource, ofDestination);
    const { ApiDestinationArn } = await createOrUpdate(
      exists,
      () => eventbridge.call('CreateApiDestination', input),
      () => eventbridge.call('UpdateApiDestination', input),
    );
    const Arn = String(ApiDestinationArn);
    return { physicalId: input.Name, arn: Arn, attributes: { Arn, ArnForPolicy: Arn.replace(/\/[^/]*$/, '') } };
  },
  remove: async ({ physicalId }, context) => {
    await context.service('eventbridge').call('DeleteApiDestination', { Name: physicalId });
  },
};
