// The operations of workers: activities and task tokens.
import type { OperationTable } from '../../operation-table.ts';
import type { Shape } from '../../service.ts';
import { PAYLOAD_LIMIT } from '../../states/errors.ts';
import type { ActivityRow } from './activities.ts';
import { page } from './pages.ts';
import type { Parts } from './parts.ts';
import { anyText, arnIn, atMost, checkName, optionalText, problemIn, seconds, text } from './requests.ts';
import { tagsIn } from './tag-operations.ts';

const arnOf = (input: Shape) => arnIn(input, 'activityArn', 'activity');

export const activityOperations = ({ late: { activities }, journal }: Parts): OperationTable => {
  const described = ({ arn, name, createdAt }: ActivityRow): Shape => ({
    activityArn: arn,
    name,
    creationDate: seconds(createdAt),
  });
  return {
    CreateActivity: (input) => {
      const name = checkName(anyText(input, 'name'));
      const { arn, createdAt } = activities.create(name, tagsIn(input, activities.arnOf(name)));
      return { activityArn: arn, creationDate: seconds(createdAt) };
    },
    DescribeActivity: (input) => described(activities.get(arnOf(input))),
    DeleteActivity: (input) => {
      activities.delete(arnOf(input));
      return {};
    },
    ListActivities: (input) => {
      const { items, nextToken } = page(input, (limit, offset) => activities.list(limit, offset));
      return { activities: items.map(described), ...(nextToken && { nextToken }) };
    },
    GetActivityTask: async (input, gone) => {
      const task = await activities.poll(arnOf(input), optionalText(input, 'workerName'), gone);
      await journal.commit();
      return task;
    },
  };
};

export const tokenOperations = ({ tokens, journal }: Parts): OperationTable => {
  // The execution takes the answer up in promise jobs of this turn; a turn later it is in the journal.
  const settled = async (): Promise<Shape> => {
    await new Promise((resolve) => setImmediate(resolve));
    tokens.check();
    await journal.commit();
    return {};
  };
  return {
    SendTaskSuccess: async (input) => {
      await tokens.succeed(text(input, 'taskToken'), atMost(anyText(input, 'output'), 'output', PAYLOAD_LIMIT));
      return settled();
    },
    SendTaskFailure: async (input) => {
      await tokens.fail(text(input, 'taskToken'), ...problemIn(input));
      return settled();
    },
    SendTaskHeartbeat: async (input) => {
      await tokens.beat(text(input, 'taskToken'));
      return {};
    },
  };
};
