// The EventBridge Scheduler API's paths. https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html
import type { RestRoute } from './rest-route.ts';

const ONE = '/schedules/{Name}';
const GROUP = '/schedule-groups/{Name}';
const PAGE = { NamePrefix: 'NamePrefix', NextToken: 'NextToken', MaxResults: 'MaxResults' };

export const SCHEDULER_ROUTES: readonly RestRoute[] = [
  { operation: 'CreateSchedule', method: 'POST', path: ONE },
  { operation: 'GetSchedule', method: 'GET', path: ONE, query: { groupName: 'GroupName' } },
  { operation: 'UpdateSchedule', method: 'PUT', path: ONE },
  {
    operation: 'DeleteSchedule',
    method: 'DELETE',
    path: ONE,
    query: { groupName: 'GroupName', clientToken: 'ClientToken' },
  },
  {
    operation: 'ListSchedules',
    method: 'GET',
    path: '/schedules',
    query: { ...PAGE, ScheduleGroup: 'GroupName', State: 'State' },
  },
  { operation: 'CreateScheduleGroup', method: 'POST', path: GROUP },
  { operation: 'GetScheduleGroup', method: 'GET', path: GROUP },
  { operation: 'DeleteScheduleGroup', method: 'DELETE', path: GROUP, query: { clientToken: 'ClientToken' } },
  { operation: 'ListScheduleGroups', method: 'GET', path: '/schedule-groups', query: PAGE },
];
