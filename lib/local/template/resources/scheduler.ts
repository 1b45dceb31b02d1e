import { arnOf } from '../../arn.ts';
import { createOrUpdate } from '../create-or-update.ts';
import { nameOf, type ResourceHandler } from '../resource.ts';

/** AWS::Scheduler::ScheduleGroup. */
export const scheduleGroup: ResourceHandler = {
  applied: ['Name'],
  accepted: ['Tags'],
  apply: async (resource, context) => {
    const Name = nameOf(resource, 'Name', { longest: 64 });
    await createOrUpdate(
      'ConflictException',
      () => context.service('scheduler').call('CreateScheduleGroup', { Name }),
      () => Promise.resolve({}),
    );
    const arn = arnOf(context, 'scheduler', `schedule-group/${Name}`);
    return { physicalId: Name, arn, attributes: { Arn: arn, State: 'ACTIVE' } };
  },
  remove: async ({ physicalId }, context) => {
    await context.service('scheduler').call('DeleteScheduleGroup', { Name: physicalId });
  },
};

const DEFAULT = 'default';

/** `arn:aws:scheduler:REGION:ACCOUNT:schedule/GROUP/NAME`. */
const groupOf = (scheduleArn: string): string => scheduleArn.split('/')[1] ?? DEFAULT;

/** AWS::Scheduler::Schedule. */
export const schedule: ResourceHandler = {
  applied: [
    'Name',
    'GroupName',
    'ScheduleExpression',
    'ScheduleExpressionTimezone',
    'StartDate',
    'EndDate',
    'State',
    'Description',
    'FlexibleTimeWindow',
    'Target',
  ],
  accepted: ['KmsKeyArn'],
  apply: async (resource, context) => {
    const { KmsKeyArn: _key, ...settings } = resource.properties;
    const Name = nameOf(resource, 'Name', { longest: 64 });
    const scheduler = context.service('scheduler');
    const input = { ...settings, Name };
    const { ScheduleArn } = await createOrUpdate(
      'ConflictException',
      () => scheduler.call('CreateSchedule', input),
      () => scheduler.call('UpdateSchedule', input),
    );
    const arn = String(ScheduleArn);
    const group = groupOf(arn);
    // With its group: moved to another, the one that it left must go.
    return { physicalId: group === DEFAULT ? Name : `${group}/${Name}`, ref: Name, arn, attributes: { Arn: arn } };
  },
  remove: async ({ physicalId, arn = '' }, context) => {
    const [GroupName, Name] = [groupOf(arn), arn.split('/').at(-1)];
    // An earlier engine named it without its group, and it may be what was just applied.
    if (GroupName !== DEFAULT && physicalId === Name) return;
    await context.service('scheduler').call('DeleteSchedule', { Name, GroupName });
  },
};
