import { arnOf } from '../../arn.ts';
import type { OperationTable } from '../../operation-table.ts';
import { pageOf } from '../../page.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import type { Bus, Buses } from './buses.ts';
import { pageAsked, read } from './rule.ts';

const shapeOf = ({ name, arn, createdMs }: Bus): Shape => ({
  Name: name,
  Arn: arn,
  CreationTime: createdMs / 1000,
  LastModifiedTime: createdMs / 1000,
});

/** CreateEventBus, DeleteEventBus, DescribeEventBus, ListEventBuses. */
export const busOperations = (context: EngineContext, buses: Buses): OperationTable => ({
  CreateEventBus: (input) => {
    const name = read.text(input, 'Name');
    if (buses.all.has(name)) throw new AwsError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
    const arn = arnOf(context, 'events', `event-bus/${name}`);
    buses.all.set(name, { name, arn, createdMs: context.clock.now() });
    return { EventBusArn: arn };
  },
  DeleteEventBus: (input) => {
    const name = read.text(input, 'Name');
    if (name === 'default') throw new AwsError('ValidationException', 'Cannot delete event bus default.');
    if (buses.rules.values().some((rule) => rule.bus === name))
      throw new AwsError('ValidationException', `Event bus ${name} has rules; remove them first.`);
    buses.all.delete(name);
    return {};
  },
  DescribeEventBus: (input) => shapeOf(buses.bus(read.optionalText(input, 'Name'))),
  ListEventBuses: (input) => {
    const prefix = read.optionalText(input, 'NamePrefix') ?? '';
    const found = buses.all.values().filter(({ name }) => name.startsWith(prefix));
    const { items, next } = pageOf(found, ({ name }) => name, pageAsked(input));
    return { EventBuses: items.map(shapeOf), ...(next !== undefined && { NextToken: next }) };
  },
});
