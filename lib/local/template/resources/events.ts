import { arnOf, parseArn } from '../../arn.ts';
import { isShape } from '../../field-reader.ts';
import type { Shape } from '../../service.ts';
import { createOrUpdate } from '../create-or-update.ts';
import { nameOf, pick, type ResourceHandler } from '../resource.ts';

/** AWS::Events::EventBus. */
export const eventBus: ResourceHandler = {
  applied: ['Name'],
  accepted: ['DeadLetterConfig', 'Description', 'KmsKeyIdentifier', 'LogConfig', 'Policy', 'Tags'],
  apply: async (resource, context) => {
    const Name = nameOf(resource, 'Name', { longest: 256 });
    const eventbridge = context.service('eventbridge');
    await createOrUpdate(
      'ResourceAlreadyExistsException',
      () => eventbridge.call('CreateEventBus', { Name }),
      () => Promise.resolve({}),
    );
    const arn = arnOf(context, 'events', `event-bus/${Name}`);
    return { physicalId: Name, arn, attributes: { Arn: arn, Name } };
  },
  remove: async ({ physicalId }, context) => {
    await context.service('eventbridge').call('DeleteEventBus', { Name: physicalId });
  },
};

const busName = (nameOrArn: unknown): string => {
  const text = typeof nameOrArn === 'string' ? nameOrArn : 'default';
  return parseArn(text)?.resource.replace(/^event-bus\//, '') ?? text;
};

const asText = (value: unknown): unknown => (isShape(value) ? JSON.stringify(value) : value);

const targetIds = (listed: Shape): readonly string[] =>
  (Array.isArray(listed.Targets) ? listed.Targets.filter(isShape) : []).map(({ Id }) => String(Id));

/** AWS::Events::Rule, its targets included. */
export const rule: ResourceHandler = {
  applied: ['Name', 'EventBusName', 'EventPattern', 'ScheduleExpression', 'State', 'Description', 'RoleArn', 'Targets'],
  accepted: ['Tags'],
  apply: async (resource, context) => {
    const { properties } = resource;
    const EventBusName = busName(properties.EventBusName);
    const Name = nameOf(resource, 'Name', { longest: 64, replaced: /[^\w.-]/g });
    const eventbridge = context.service('eventbridge');
    const { RuleArn } = await eventbridge.call('PutRule', {
      ...pick(properties, ['ScheduleExpression', 'State', 'Description', 'RoleArn']),
      ...(properties.EventPattern !== undefined && { EventPattern: asText(properties.EventPattern) }),
      Name,
      EventBusName,
    });
    const place = { Rule: Name, EventBusName };
    const Targets = Array.isArray(properties.Targets) ? properties.Targets.filter(isShape) : [];
    const wanted = Targets.map(({ Id }) => String(Id));
    const Ids = targetIds(await eventbridge.call('ListTargetsByRule', place)).filter((id) => !wanted.includes(id));
    if (Ids.length > 0) await eventbridge.call('RemoveTargets', { ...place, Ids });
    if (Targets.length > 0) await eventbridge.call('PutTargets', { ...place, Targets });
    const arn = String(RuleArn);
    return { physicalId: EventBusName === 'default' ? Name : `${EventBusName}|${Name}`, arn, attributes: { Arn: arn } };
  },
  remove: async ({ physicalId }, context) => {
    const [first = '', second] = physicalId.split('|');
    const [EventBusName, Name] = second === undefined ? ['default', first] : [first, second];
    const eventbridge = context.service('eventbridge');
    const place = { Rule: Name, EventBusName };
    const Ids = targetIds(await eventbridge.call('ListTargetsByRule', place));
    await eventbridge.call('RemoveTargets', { ...place, Ids });
    await eventbridge.call('DeleteRule', { Name, EventBusName });
  },
};
