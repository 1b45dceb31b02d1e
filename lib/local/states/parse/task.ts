// Task states. Which resources exist is the business of ../integrations; here only the form of the ARN is checked.
import { nearest } from '../../../support/nearest.ts';
import { optimizedCall } from '../integrations/services.ts';
import { isObject } from '../json.ts';
import { dataFlow, template } from './data-flow.ts';
import { type Fields, LARGEST } from './fields.ts';
import type { TaskState } from './machine.ts';
import { numberField } from './numbers.ts';
import { guards } from './retry-catch.ts';

const credentialsOf = (fields: Fields): TaskState['credentials'] => {
  const given = fields.object('Credentials');
  if (given === undefined) return undefined;
  for (const field of Object.keys(given.json)) {
    if (!/^RoleArn(\.\$)?$/.test(field))
      given.diagnostics.schema(given.location, `Field '${field}' is not supported`, 'RoleArn');
  }
  if (Object.keys(given.json).length === 0) given.require('RoleArn');
  return template(fields, 'Credentials');
};

export const notRecognized = (resource: string): string =>
  `The resource provided ${resource} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`;

const SDK = /^arn:[^:]+:states:::aws-sdk:/;
/** https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html: actions in camel case, and no jobs. */
const OF_SDK = /^arn:[^:]+:states:::aws-sdk:[a-z0-9]+:[a-z][A-Za-z0-9]*(\.waitForTaskToken)?$/;

/** AWS knows the actions of its optimized integrations, and their patterns, when a machine is created. */
const isRecognized = (resource: string): boolean => {
  if (SDK.test(resource)) return OF_SDK.test(resource);
  const found = optimizedCall(resource);
  if (found === undefined) return true;
  const { entry, pattern, parameters } = found;
  return parameters !== undefined && (pattern === '' || entry.patterns.includes(pattern));
};

/** Literal parameters that an optimized action has not. AWS sees others as the state runs. */
const checkParameters = (fields: Fields, resource: string): void => {
  const known = optimizedCall(resource)?.parameters;
  const given = fields.get('Parameters');
  if (known === undefined || fields.language !== 'JSONPath' || !isObject(given)) return;
  for (const field of Object.keys(given))
    if (!field.endsWith('.$') && !known.includes(field))
      fields.diagnostics.schema(
        fields.at('Parameters'),
        `The field "${field}" is not supported by Step Functions`, // as AWS was seen to say: aws/amazon-sagemaker-examples#4492
        nearest(field, known),
      );
};

export const parseTask = (name: string, fields: Fields, next: string | undefined, express: boolean): TaskState => {
  fields.require('Resource');
  const resource = fields.text('Resource') ?? '';
  if (fields.has('Resource') && !resource.startsWith('arn:'))
    fields.wrong('Resource', 'Value is not a valid resource ARN');
  if (!isRecognized(resource)) {
    fields.wrong('Resource', notRecognized(resource));
  }
  checkParameters(fields, resource);
  const pattern = /\.(waitForTaskToken|sync)(:2)?$/.exec(resource)?.[0];
  if (express && pattern !== undefined) {
    const space = pattern.startsWith('.sync') ? '' : ' '; // as AWS has it
    fields.wrong('Resource', `Express state machine does not support '${pattern}' service integration${space}`);
  }
  if (express && resource.includes(':activity:')) {
    fields.wrong('Resource', 'Express state machine does not support Activity ARN');
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
    credentials: credentialsOf(fields),
    timeout: numberField(fields, 'TimeoutSeconds', { minimum: 1, maximum: LARGEST }),
    heartbeat: numberField(fields, 'HeartbeatSeconds', { minimum: 1, maximum: LARGEST }),
    ...guards(fields),
  };
};
