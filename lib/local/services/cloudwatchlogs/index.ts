import { callFrom } from '../../operation-table.ts';
import type { EngineContext, Service } from '../../service.ts';
import { eventOperations } from './events.ts';
import { groupOperations, openGroups } from './groups.ts';
import { logStore } from './log-store.ts';
import { putOperations } from './put-log-events.ts';
import { queryOperations } from './queries.ts';

/** CloudWatch Logs. Lines that are EMF documents become metrics as they come in. */
export const cloudwatchlogsService = (context: EngineContext): Service => {
  const store = logStore(context.database);
  const groups = openGroups(context);
  return {
    id: 'cloudwatchlogs',
    call: callFrom('cloudwatchlogs', {
      ...groupOperations(context, store, groups),
      ...eventOperations(store, groups),
      ...putOperations(context, store, groups),
      ...queryOperations(context),
    }),
    close: async () => store.close(),
  };
};
