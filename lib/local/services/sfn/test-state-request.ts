// What TestState refuses before it runs a state: mocks and context objects that cannot be of it. AWS's words, as recorded by others.
import { late } from '../../late-modules.ts';
import { AwsError, type Shape } from '../../service.ts';
import { isObject, type Json, type JsonObject, Payload } from '../../states/json.ts';
import type { State } from '../../states/parse/machine.ts';
import { optionalText } from './requests.ts';

const refused = (message: string): AwsError => new AwsError('ValidationException', message);

const model = late<typeof import('./mock-model.ts')>(import.meta.url, './mock-model.ts');

const WAITS = /\.(sync(:2)?|waitForTaskToken)$/;
const ACTIVITY = /^arn:[^:]+:states:[^:]*:[^:]*:activity:/;
const MOCKED = new Set<State['kind']>(['Task', 'Map', 'Parallel']);

/** Whether the result of `state`'s work is given. Throws for a mock that it cannot have, and where it must have one. */
const checkMock = (state: State, { mock, revealSecrets, roleArn }: Shape): void => {
  if (mock === undefined) {
    if (state.kind === 'Map' || state.kind === 'Parallel')
      throw new AwsError(
        'InvalidDefinition',
        'TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]',
      );
    if (state.kind === 'Task' && (WAITS.test(state.resource) || ACTIVITY.test(state.resource)))
      throw refused(`The resource '${state.resource}' is not supported when no mock is specified`); // AWS's words were not seen
    if (state.kind === 'Task' && roleArn === undefined)
      throw refused('RoleArn must be specified when testing a Task state');
    return;
  }
  if (!MOCKED.has(state.kind)) throw refused(`State type '${state.kind}' is not supported when a mock is specified`);
  if (revealSecrets === true) throw refused('TestState does not support RevealSecrets when a mock is specified.');
  const { result, errorOutput } = isObject(mock) ? mock : {};
  if ((result === undefined) === (errorOutput === undefined))
    throw refused('A test mock should have only one of the following fields: [result, errorOutput].');
};

/** The fields of a context object that may be given, each with its type. A Map's are not among them. */
const CONTEXT: Readonly<Record<string, Readonly<Record<string, 'string' | 'number' | 'any'>>>> = {
  Execution: {
    Id: 'string',
    Input: 'any',
    Name: 'string',
    RoleArn: 'string',
    StartTime: 'string',
    RedriveCount: 'number',
    RedriveTime: 'string',
  },
  State: { EnteredTime: 'string', Name: 'string', RetryCount: 'number' },
  StateMachine: { Id: 'string', Name: 'string' },
  Task: { Token: 'string' },
};

const contextRefused = (why: string): AwsError => refused(`Invalid Context object provided: ${why}`);

const checkPart = (part: string, value: Json | undefined): void => {
  const fields = Object.hasOwn(CONTEXT, part) ? CONTEXT[part] : undefined;
  if (part === 'Map') throw contextRefused("'Map' field is not supported when mocking a Context object");
  if (fields === undefined) throw contextRefused(`Field '${part}' is not allowed`);
  if (!isObject(value)) throw contextRefused(`${part} must be an object`);
  for (const [field, given] of Object.entries(value)) {
    const type = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (type === undefined) throw contextRefused(`Field '${field}' is not allowed`);
    if (type !== 'any' && typeof given !== type) throw contextRefused(`${part}.${field} must be a ${type}`);
  }
};

/** The JSON object in a field of the request; undefined where there is none. */
export const jsonOf = (input: Shape, field: string, what: string): JsonObject | undefined => {
  const given = optionalText(input, field);
  if (given === undefined) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(given);
  } catch {
    parsed = undefined; // refused like any other that is no object
  }
  if (isObject(parsed)) return parsed;
  throw refused(`Invalid ${what} provided: it must be a JSON object`);
};

/** The context object that is given, for `state`. Throws for one that AWS does not take. */
export const contextOf = (state: State, input: Shape): JsonObject | undefined => {
  checkMock(state, input);
  const context = jsonOf(input, 'context', 'Context object');
  for (const [part, value] of Object.entries(context ?? {})) checkPart(part, value);
  if (context?.Task !== undefined && !(state.kind === 'Task' && WAITS.test(state.resource)))
    throw contextRefused(
      "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern",
    );
  return context;
};

const MUST_BE_ARRAY = 'Mocked result must be an array.';

/** The result that is given for the work of `state`, as strictly held to its service's API as `mode` says. */
export const mocked = (state: State, text: string, mode: Json = 'STRICT'): Payload => {
  const payload = Payload.parse(text);
  let result: Json;
  try {
    result = payload.value;
  } catch {
    throw refused('Mocked result must be valid JSON');
  }
  if (state.kind === 'Map' && state.distribution?.writer) {
    if (!isObject(result)) throw refused('Mocked result must be a JSON object.');
  } else if (state.kind === 'Map' || state.kind === 'Parallel') {
    if (!Array.isArray(result)) throw refused(MUST_BE_ARRAY);
    if (state.kind === 'Parallel' && result.length !== state.branches.length)
      throw refused('Mocked result must contain the same number of items as number of Parallel branches.');
  }
  if (state.kind === 'Task') model().checkAnswer(state.resource, result, String(mode));
  return payload;
};
