// Lambda: `arn:aws:states:::lambda:invoke` and the function's own ARN as the resource.
import type { EngineContext, FunctionOutcome, Service, Shape, StartedCall } from '../../service.ts';
import { uuid } from '../../uuid.ts';
import { StateError } from '../errors.ts';
import { isObject, type Json, Payload } from '../json.ts';
import { callError } from './call-error.ts';
import type { Integration } from './integration.ts';
import { sdkMetadata } from './metadata.ts';
import { withPattern } from './pattern.ts';
import { sdkServices } from './services.ts';
import type { Tokens } from './tokens.ts';

const names = sdkServices.lambda ?? { optimized: 'Lambda', sdk: 'Lambda', product: 'AWSLambda' };

/** The error of a function as Step Functions tells it: the name from errorType, the whole payload as the cause. */
export const functionError = (payload: string): StateError => {
  let type: unknown;
  try {
    const parsed: unknown = JSON.parse(payload);
    type = isObject(parsed) ? parsed.errorType : undefined;
  } catch {
    type = undefined; // what is not JSON has no error type
  }
  if (typeof type === 'string' && type !== '') return new StateError(type, payload);
  return new StateError(
    'Lambda.Unknown',
    `The cause could not be determined because Lambda did not return an error type. Returned payload: ${payload}`,
  );
};

/** What a function answered, as JSON text. Throws its error. */
const textOf = ({ Payload: payload, FunctionError: error }: Shape): string => {
  const text =
    payload instanceof Uint8Array ? Buffer.from(payload).toString('utf8') : typeof payload === 'string' ? payload : '';
  if (error !== undefined) throw functionError(text);
  return text;
};

/** `Invoke`; an error of the API as a Task's error. */
const invoked = async (context: EngineContext, input: Shape): Promise<Shape> => {
  try {
    return await context.service('lambda').call('Invoke', input);
  } catch (thrown) {
    throw invokeError(context, thrown);
  }
};

const invokeError = (context: EngineContext, thrown: unknown): unknown =>
  callError(
    thrown,
    names,
    false,
    uuid(() => context.random()),
  );

/** What an empty answer says. */
const NOTHING = 'null';

const answered = (payload: string, failed: boolean): Payload | Promise<Payload> =>
  failed ? Promise.reject(functionError(payload)) : Payload.parse(payload || NOTHING);

/** Throws the function's error. */
const resultIn = (outcome: FunctionOutcome): Payload => {
  if (outcome.kind === 'failed') throw functionError(JSON.stringify(outcome.error));
  return Payload.parse(outcome.payload || NOTHING);
};

/** The resource is the function's ARN: the input is the event, the result is what the handler returned. */
export const directLambda = (context: EngineContext, functionArn: string): Integration => {
  let lambda: Service | undefined;
  let call: ((event: string) => StartedCall<Payload>) | undefined;
  return {
    events: 'LambdaFunction',
    resourceType: 'lambda',
    resource: functionArn,
    about: undefined,
    needsToken: false,
    begin: ({ text }) => {
      try {
        call ??= context.service('lambda').caller?.(functionArn, resultIn);
        return call?.(text);
      } catch (thrown) {
        throw invokeError(context, thrown);
      }
    },
    run: ({ parameters: { text } }) => {
      try {
        lambda ??= context.service('lambda');
        if (lambda.invoke) return lambda.invoke(functionArn, text, answered);
      } catch (thrown) {
        return Promise.reject(invokeError(context, thrown));
      }
      const input = { FunctionName: functionArn, Payload: text, InvocationType: 'RequestResponse' };
      return invoked(context, input).then((answer) => Payload.parse(textOf(answer) || NOTHING));
    },
  };
};

const parse = (text: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text; // an answer of 202 or 204 has no JSON
  }
};

/** The event as text. A text that holds JSON is that JSON (recorded on AWS), any other becomes a JSON string. */
const eventText = (event: Json): string => {
  if (typeof event !== 'string') return JSON.stringify(event);
  try {
    JSON.parse(event);
    return event;
  } catch {
    return JSON.stringify(event);
  }
};

/** `lambda:invoke`: the parameters are those of the API, the result is the API's answer. */
export const lambdaInvoke = (context: EngineContext, tokens: Tokens, pattern: string): Integration =>
  withPattern(tokens, 'lambda', 'invoke', pattern, async ({ parameters }) => {
    const given = isObject(parameters.value) ? parameters.value : {};
    const { Payload: event, ...rest } = given;
    const requestId = uuid(() => context.random());
    const input = { ...rest, ...(event !== undefined && event !== null && { Payload: eventText(event) }) };
    const answer = await invoked(context, input);
    const text = textOf(answer);
    return Payload.of({
      ExecutedVersion: typeof answer.ExecutedVersion === 'string' ? answer.ExecutedVersion : '$LATEST',
      ...(typeof answer.LogResult === 'string' && { LogResult: answer.LogResult }),
      Payload: text === '' ? {} : parse(text),
      ...sdkMetadata(requestId, text.length, 'application/json'),
      StatusCode: typeof answer.StatusCode === 'number' ? answer.StatusCode : 200,
    });
  });
