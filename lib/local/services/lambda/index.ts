// Lambda: the real bundles in worker threads, asynchronous events that survive a restart, queues as event sources.
import { callFrom } from '../../operation-table.ts';
import { AwsError, type EngineContext, type Service, type Shape } from '../../service.ts';
import { uuid } from '../../uuid.ts';
import { asyncEvents } from './async-events.ts';
import { eventSourceMappings } from './event-source-mappings.ts';
import { lambdaFunctions } from './functions.ts';
import { answerPayload, invoker, payloadOf } from './invoke.ts';
import { sandboxPool } from './sandbox-pool.ts';

/** How the Lambda service runs functions. */
export interface LambdaOptions {
  /** Sandboxes (worker threads) that live at a time. @default 8 */
  readonly sandboxes?: number;
}

/** Lambda with something to say about what it remembers. */
export interface LambdaService extends Service {
  readonly id: 'lambda';
  /** Carries on with events and mappings of an earlier run. Call it when every service is there and the server listens. */
  resume(): void;
}

const SANDBOXES = 8; // 15 MB each, 40 MB with three AWS SDK clients in the bundle

/**
 * Lambda for Node.js functions. `CreateFunction` takes `Code: { LocalDirectory }` and replaces a function that exists.
 * `Invoke` takes `Payload` as JSON text, its bytes or a JSON value, and answers `Payload` as JSON text.
 */
export const lambdaService = (context: EngineContext, { sandboxes = SANDBOXES }: LambdaOptions = {}): LambdaService => {
  const pool = sandboxPool(sandboxes);
  const functions = lambdaFunctions(context, pool.retire);
  const invoke = invoker(context, pool);
  const events = asyncEvents(context, functions, invoke);
  const mappings = eventSourceMappings(context, functions, invoke);

  const invokeFunction = async (input: Shape): Promise<Shape> => {
    const record = functions.of(input);
    const type = input.InvocationType ?? 'RequestResponse';
    if (type === 'DryRun') return { StatusCode: 204, Payload: '' };
    const payload = payloadOf(input, type === 'Event');
    if (type === 'Event') {
      events.accept(record, payload);
      return { StatusCode: 202, Payload: '' };
    }
    if (type !== 'RequestResponse')
      throw new AwsError('InvalidParameterValueException', `InvocationType ${String(type)} is not valid`);
    const { outcome, logTail } = await invoke({ record, payload, requestId: uuid(context.random) });
    return {
      StatusCode: 200,
      ExecutedVersion: '$LATEST',
      ...(outcome.kind === 'failed' && { FunctionError: 'Unhandled' }),
      ...(input.LogType === 'Tail' && { LogResult: logTail }),
      Payload: answerPayload(outcome),
    };
  };

  const call = callFrom('lambda', {
    ...functions.operations,
    ...events.operations,
    ...mappings.operations,
    Invoke: invokeFunction,
  });
  return {
    id: 'lambda',
    call,
    resume: () => {
      events.resume();
      mappings.resume();
    },
    close: async () => {
      events.close();
      mappings.close();
      await pool.close();
    },
  };
};
