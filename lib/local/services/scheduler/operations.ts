import { arnOf } from '../../arn.ts';
import { atomically } from '../../atomically.ts';
import type { OperationTable } from '../../operation-table.ts';
import { asked, type PageAsked, pageOf } from '../../page.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { type StoredMap, storedMap } from '../../stored-map.ts';
import { type Clockwork, recordKey } from './clockwork.ts';
import { checkDelivery } from './schedule-delivery.ts';
import { checkSettings, checkToCome, read, type ScheduleRecord } from './schedule-record.ts';

type Group = { readonly name: string; readonly arn: string; readonly createdMs: number };

/** What decides when a schedule fires first. */
const timingOf = ({ ScheduleExpression, ScheduleExpressionTimezone = 'UTC', StartDate }: Shape): string =>
  JSON.stringify([ScheduleExpression, ScheduleExpressionTimezone, StartDate]);

const shapeOf = (record: ScheduleRecord): Shape => ({
  State: 'ENABLED',
  ScheduleExpressionTimezone: 'UTC',
  ...record.settings,
  Name: record.name,
  GroupName: record.group,
  Arn: record.arn,
  CreationDate: record.createdMs / 1000,
  LastModificationDate: record.modifiedMs / 1000,
});

const summaryOf = (record: ScheduleRecord): Shape => {
  const { State, Name, GroupName, Arn, CreationDate, LastModificationDate } = shapeOf(record);
  const target = { Arn: read.shape(record.settings, 'Target').Arn };
  return { State, Name, GroupName, Arn, CreationDate, LastModificationDate, Target: target };
};

const groupShape = ({ name, arn, createdMs }: Group): Shape => ({
  Name: name,
  Arn: arn,
  State: 'ACTIVE',
  CreationDate: createdMs / 1000,
});

const pageAsked = (input: Shape): PageAsked =>
  asked(input, { size: 'MaxResults', token: 'NextToken', most: 100, error: 'ValidationException' });

/** Create, update, delete, get and list schedules and their groups. */
export const scheduleOperations = (
  context: EngineContext,
  records: StoredMap<ScheduleRecord>,
  clockwork: Clockwork,
): OperationTable => {
  const groups = storedMap<Group>(context.database, 'scheduler_groups');
  const now = (): number => context.clock.now();
  const addGroup = (name: string): Group => {
    const group = { name, arn: arnOf(context, 'scheduler', `schedule-group/${name}`), createdMs: now() };
    groups.set(name, group);
    return group;
  };
  if (!groups.has('default')) addGroup('default');

  const groupOf = (name: string): Group => {
    const found = groups.get(name);
    if (!found) throw new AwsError('ResourceNotFoundException', `Schedule group ${name} does not exist.`, 404);
    return found;
  };
  const place = (input: Shape): { readonly group: string; readonly name: string } => ({
    group: groupOf(read.optionalText(input, 'GroupName') ?? 'default').name,
    name: read.text(input, 'Name'),
  });
  const find = (input: Shape): ScheduleRecord => {
    const { group, name } = place(input);
    const found = records.get(recordKey({ group, name }));
    if (!found) throw new AwsError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404);
    return found;
  };
  const put = (input: Shape, before?: ScheduleRecord): Shape => {
    const { Name: _name, GroupName: _group, ClientToken: _token, ...settings } = input;
    checkSettings(settings);
    const { group, name } = place(input);
    const sameTiming = before && timingOf(before.settings) === timingOf(settings);
    if (!sameTiming) checkToCome(settings, now());
    const record: ScheduleRecord = {
      name,
      group,
      arn: arnOf(context, 'scheduler', `schedule/${group}/${name}`),
      settings,
      createdMs: before?.createdMs ?? now(),
      modifiedMs: now(),
      sinceMs: sameTiming ? before.sinceMs : now(),
    };
    checkDelivery(context, record);
    atomically(context.database, () => {
      if (before && !sameTiming)
        clockwork.delete(before); // a new expression has not fired yet
      else if (before?.settings.State === 'DISABLED') clockwork.skip(before);
      records.set(recordKey(record), record);
    });
    clockwork.set(record);
    return { ScheduleArn: record.arn };
  };
  const remove = (record: ScheduleRecord): void => {
    records.delete(recordKey(record));
    clockwork.delete(record);
  };

  return {
    CreateSchedule: (input) => {
      const { group, name } = place(input);
      if (records.has(recordKey({ group, name })))
        throw new AwsError('ConflictException', `Schedule ${name} already exists.`, 409);
      return put(input);
    },
    UpdateSchedule: (input) => put(input, find(input)),
    GetSchedule: (input) => shapeOf(find(input)),
    DeleteSchedule: (input) => {
      remove(find(input));
      return {};
    },
    ListSchedules: (input) => {
      const group = read.optionalText(input, 'GroupName');
      const prefix = read.optionalText(input, 'NamePrefix') ?? '';
      const state = read.optionalText(input, 'State');
      const found = records.values().filter((record) => {
        const { name, settings } = record;
        if (group !== undefined && record.group !== group) return false;
        return name.startsWith(prefix) && (state === undefined || (settings.State ?? 'ENABLED') === state);
      });
      const { items, next } = pageOf(found, recordKey, pageAsked(input));
      return { Schedules: items.map(summaryOf), ...(next !== undefined && { NextToken: next }) };
    },
    CreateScheduleGroup: (input) => {
      const name = read.text(input, 'Name');
      if (groups.has(name)) throw new AwsError('ConflictException', `Schedule group ${name} already exists.`, 409);
      return { ScheduleGroupArn: addGroup(name).arn };
    },
    GetScheduleGroup: (input) => {
      return groupShape(groupOf(read.text(input, 'Name')));
    },
    DeleteScheduleGroup: (input) => {
      const { name } = groupOf(read.text(input, 'Name'));
      if (name === 'default') throw new AwsError('ValidationException', 'The default group cannot be deleted.');
      for (const record of records.values()) if (record.group === name) remove(record);
      groups.delete(name);
      return {};
    },
    ListScheduleGroups: (input) => {
      const prefix = read.optionalText(input, 'NamePrefix') ?? '';
      const found = groups.values().filter(({ name }) => name.startsWith(prefix));
      const { items, next } = pageOf(found, ({ name }) => name, pageAsked(input));
      return { ScheduleGroups: items.map(groupShape), ...(next !== undefined && { NextToken: next }) };
    },
  };
};
