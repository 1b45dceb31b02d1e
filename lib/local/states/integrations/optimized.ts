// Optimized integrations of SQS, SNS, EventBridge and DynamoDB.
import type { EngineContext, Shape } from '../../service.ts';
import { uuid } from '../../uuid.ts';
import { StateError } from '../errors.ts';
import { isObject, type Json, type JsonObject, Payload, toJson } from '../json.ts';
import { callError } from './call-error.ts';
import type { Integration, TaskRun } from './integration.ts';
import { sdkMetadata } from './metadata.ts';
import { withPattern } from './pattern.ts';
import type { CalledService } from './services.ts';
import type { Tokens } from './tokens.ts';

const asText = (value: Json | undefined): Json | undefined =>
  value === undefined || value === null || typeof value === 'string' ? value : JSON.stringify(value);

const without = (shape: JsonObject): Shape =>
  Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== null && value !== undefined));

/** AWS adds the machine and its execution to the resources of every event. */
const entries = (given: Json | undefined, { executionArn, machineArn }: TaskRun): Json => {
  if (!Array.isArray(given)) return given ?? null;
  return (given as readonly Json[]).map((entry) => {
    if (!isObject(entry)) return entry;
    const resources = Array.isArray(entry.Resources) ? (entry.Resources as readonly Json[]) : [];
    return { ...entry, Detail: asText(entry.Detail) ?? '{}', Resources: [...resources, machineArn, executionArn] };
  });
};

const adapt = (service: string, parameters: JsonObject, task: TaskRun): Shape => {
  if (service === 'sqs') return without({ ...parameters, MessageBody: asText(parameters.MessageBody) ?? null });
  if (service === 'sns') return without({ ...parameters, Message: asText(parameters.Message) ?? null });
  if (service === 'events') return { ...parameters, Entries: entries(parameters.Entries, task) };
  return parameters;
};

/** AWS sends a message to the host of the queue's URL. One without a dot is nobody's name there (recorded on AWS). */
const checkHost = (url: Json | undefined): void => {
  const host = typeof url === 'string' && URL.canParse(url) ? new URL(url).hostname : '';
  if (host === 'localhost' || !/^[^.[]+$/.test(host)) return;
  throw new StateError('SQS.SdkClientException', `Unable to execute HTTP request: ${host}: Name or service not known`);
};

const checkEntries = (answer: Shape): void => {
  if (typeof answer.FailedEntryCount !== 'number' || answer.FailedEntryCount === 0) return;
  throw new StateError('EventBridge.FailedEntry', JSON.stringify(answer));
};

const pascal = (action: string) => action.charAt(0).toUpperCase() + action.slice(1);

/** `name` is the service in the resource ARN, e.g. `events`. */
export const optimized = (
  context: EngineContext,
  tokens: Tokens,
  name: string,
  service: CalledService,
  action: string,
  pattern: string,
): Integration =>
  withPattern(tokens, name, action, pattern, async (task) => {
    const requestId = uuid(() => context.random());
    const parameters = isObject(task.parameters.value) ? task.parameters.value : {};
    if (name === 'sqs') checkHost(parameters.QueueUrl);
    try {
      const answer = await context.service(service.id).call(pascal(action), adapt(name, parameters, task));
      if (name === 'events') checkEntries(answer);
      const json = toJson(answer);
      const length = JSON.stringify(json).length;
      return Payload.of({ ...(isObject(json) ? json : {}), ...sdkMetadata(requestId, length) });
    } catch (thrown) {
      throw callError(thrown, service, false, requestId);
    }
  });
