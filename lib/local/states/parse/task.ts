// Task states. Which resources exist is the business of ../integrations; here only the form of the ARN is checked.
import { dataFlow } from './data-flow.ts';
import type { Fields } from './fields.ts';
import type { TaskState } from './machine.ts';
import { numberField } from './numbers.ts';
import { guards } from './retry-catch.ts';

const LONGEST_SECONDS = 99_999_999;

export const parseTask = (name: string, fields: Fields, next: string | undefined, express: boolean): TaskState => {
  fields.require('Resource');
  const resource = fields.text('Resource') ?? '';
  if (fields.has('Resource') && !resource.startsWith('arn:'))
    fields.wrong('Resource', 'Value is not a valid resource ARN');
  const pattern = /\.(waitForTaskToken|sync)(:2)?$/.exec(resource)?.[0];
  if (express && pattern !== undefined) {
    fields.wrong('Resource', `Express state machine does not support '${pattern}' service integration `);
  }
  if (express && resource.includes(':activity:')) {
    fields.wrong('Resource', "Express state machine does not support 'activity' service integration ");
  }
  const [timeout, heartbeat] = [fields.get('TimeoutSeconds'), fields.get('HeartbeatSeconds')];
  if (typeof timeout === 'number' && typeof heartbeat === 'number' && heartbeat >= timeout) {
    fields.wrong('HeartbeatSeconds', 'HeartbeatSeconds must be smaller than TimeoutSeconds');
  }
  return {
    kind: 'Task',
    name,
    language: fields.language,
    next,
    flow: dataFlow(fields),
    resource,
    timeout: numberField(fields, 'TimeoutSeconds', { minimum: 1, maximum: LONGEST_SECONDS }),
    heartbeat: numberField(fields, 'HeartbeatSeconds', { minimum: 1, maximum: LONGEST_SECONDS }),
    ...guards(fields),
  };
};
