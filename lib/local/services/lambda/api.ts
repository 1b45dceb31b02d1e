// The Lambda API: functions and their versions, events, queues as event sources, URLs, `Invoke`.
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, type EngineContext, notImplemented, type Shape } from '../../service.ts';
import { asyncEvents } from './async-events.ts';
import { eventSourceMappings } from './event-source-mappings.ts';
import { LATEST } from './function-record.ts';
import { functionUrls } from './function-urls.ts';
import { type Functions, lambdaFunctions } from './functions.ts';
import { answerPayload, type Invoker, payloadOf } from './invoke.ts';
import type { Registered } from './registered.ts';

export interface LambdaApi {
  readonly operations: OperationTable;
  readonly functions: Functions;
  /** Carries on with events and mappings of an earlier run. */
  resume(): void;
  close(): void;
}

/** `retire` is told the identity of each function that changed or went. */
export const lambdaApi = (
  context: EngineContext,
  registered: Registered,
  retire: (identity: string) => void,
  invoke: Invoker,
): LambdaApi => {
  const functions = lambdaFunctions(context, registered, retire);
  const events = asyncEvents(context, functions, invoke);
  const mappings = eventSourceMappings(context, functions, invoke);

  const invokeFunction = (input: Shape): Shape | Promise<Shape> => {
    const record = functions.of(input);
    if (input.ClientContext !== undefined) throw notImplemented('lambda', 'Invoke with ClientContext');
    const type = input.InvocationType ?? 'RequestResponse';
    if (type === 'DryRun') return { StatusCode: 204, Payload: '' };
    const payload = payloadOf(input, type === 'Event');
    if (type === 'Event') {
      events.accept(record, payload.text);
      return { StatusCode: 202, Payload: '' };
    }
    if (type !== 'RequestResponse')
      throw new AwsError('InvalidParameterValueException', `InvocationType ${String(type)} is not valid`);
    return invoke({ record, payload }, ({ outcome, logTail }) => {
      const answer: Shape = { StatusCode: 200, ExecutedVersion: record.version ?? LATEST };
      if (outcome.kind === 'failed') answer.FunctionError = 'Unhandled';
      if (input.LogType === 'Tail') answer.LogResult = logTail();
      answer.Payload = answerPayload(outcome);
      return answer;
    });
  };

  return {
    functions,
    operations: {
      ...functions.operations,
      ...events.operations,
      ...mappings.operations,
      ...functionUrls(context, functions, invokeFunction),
      Invoke: invokeFunction,
    },
    resume: () => {
      events.resume();
      mappings.resume();
    },
    close: () => {
      events.close();
      mappings.close();
    },
  };
};
