import { createOrUpdate } from '../create-or-update.ts';
import { nameOf, pick, type ResourceHandler } from '../resource.ts';

const nameRule = { longest: 64, replaced: /[^\w.-]/g };

const handlerOf = (
  what: 'Connection' | 'ApiDestination',
  fields: readonly string[],
  accepted: readonly string[],
): ResourceHandler => ({
  applied: ['Name', ...fields],
  accepted,
  apply: async (resource, context) => {
    const eventbridge = context.service('eventbridge');
    const Name = nameOf(resource, 'Name', nameRule);
    const input = { ...pick(resource.properties, fields), Name };
    const answer = await createOrUpdate(
      'ResourceAlreadyExistsException',
      () => eventbridge.call(`Create${what}`, input),
      () => eventbridge.call(`Update${what}`, input),
    );
    const Arn = String(answer[`${what}Arn`]);
    return { physicalId: Name, arn: Arn, attributes: { Arn, ArnForPolicy: Arn.replace(/\/[^/]*$/, '') } };
  },
  remove: async ({ physicalId }, context) => {
    await context.service('eventbridge').call(`Delete${what}`, { Name: physicalId });
  },
});

/** AWS::Events::Connection, with an API key or a password. */
export const connection = handlerOf(
  'Connection',
  ['AuthorizationType', 'AuthParameters'],
  ['Description', 'KmsKeyIdentifier'],
);

/** AWS::Events::ApiDestination. */
export const apiDestination = handlerOf(
  'ApiDestination',
  ['ConnectionArn', 'InvocationEndpoint', 'HttpMethod', 'InvocationRateLimitPerSecond'],
  ['Description'],
);
