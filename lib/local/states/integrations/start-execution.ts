// `states:startExecution`: start a machine and go on, or wait for it (`.sync`, `.sync:2`).
import { crypto } from '../../late-modules.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { uuid } from '../../uuid.ts';
import { StateError } from '../errors.ts';
import { isObject, type Json, type JsonObject, Payload } from '../json.ts';
import type { Lifetime } from '../machine/lifetime.ts';
import { callError } from './call-error.ts';
import type { Integration, TaskRun } from './integration.ts';
import { sdkMetadata } from './metadata.ts';
import { withPattern } from './pattern.ts';
import type { CalledService } from './services.ts';
import type { Tokens } from './tokens.ts';

/** Resolves with DescribeExecution's answer when the execution has ended. `by`: the execution that waits for it. */
export type AwaitExecution = (executionArn: string, lifetime: Lifetime, by: string) => Promise<Shape>;

// The same attempt has the same name, so that a restart in the middle of it does not start the child twice.
const attemptName = ({ executionArn, attempt }: TaskRun): string => {
  const digest = crypto().createHash('sha256').update(`${executionArn}/${attempt}`).digest('hex');
  return digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
};

const start = async (context: EngineContext, service: CalledService, task: TaskRun): Promise<Payload> => {
  const given: JsonObject = isObject(task.parameters.value) ? task.parameters.value : {};
  const requestId = uuid(() => context.random());
  const input =
    given.Input === undefined || given.Input === null
      ? '{}'
      : typeof given.Input === 'string'
        ? given.Input
        : JSON.stringify(given.Input);
  const name = typeof given.Name === 'string' ? given.Name : attemptName(task);
  let answer: Shape;
  try {
    answer = await context
      .service('sfn')
      .call('StartExecution', { stateMachineArn: given.StateMachineArn, name, input });
  } catch (thrown) {
    const existing = thrown instanceof AwsError && thrown.code === 'ExecutionAlreadyExists' && task.resumed;
    if (!existing) throw callError(thrown, service, false, requestId);
    // It was started before the restart, and has ended since.
    const arn = String(given.StateMachineArn).replace(/:stateMachine:([^:]+).*$/, `:execution:$1:${name}`); // of no version or alias
    answer = await context.service('sfn').call('DescribeExecution', { executionArn: arn });
  }
  const body: JsonObject = {
    ExecutionArn: String(answer.executionArn),
    StartDate: new Date(Number(answer.startDate) * 1000).toISOString(),
  };
  return Payload.of({ ...body, ...sdkMetadata(requestId, JSON.stringify(body).length) });
};

/** Nobody can be told of the end of an Express execution: who started it is told that, and what to do instead. */
const notSupported = (): StateError =>
  new StateError(
    'StepFunctions.StateMachineTypeNotSupportedException',
    'This operation is not supported by this type of state machine: an Express one is waited for with aws-sdk:sfn:startSyncExecution',
  );

const isOfExpress = ({ value }: Payload): boolean =>
  isObject(value) && String(value.ExecutionArn).includes(':express:');

const milliseconds = (seconds: unknown): number => Math.round(Number(seconds) * 1000);

/** DescribeExecution's answer as the result of the task. `.sync:2` gives input and output as JSON, `.sync` as text. */
const described = (answer: Shape, asJson: boolean): JsonObject => {
  const data = (text: unknown): Json => (asJson ? Payload.parse(String(text)).value : String(text));
  return {
    ...(answer.cause !== undefined && { Cause: String(answer.cause) }),
    ...(answer.error !== undefined && { Error: String(answer.error) }),
    ExecutionArn: String(answer.executionArn),
    Input: data(answer.input),
    InputDetails: { Included: true },
    Name: String(answer.name),
    ...(answer.output !== undefined && { Output: data(answer.output), OutputDetails: { Included: true } }),
    RedriveCount: Number(answer.redriveCount ?? 0),
    RedriveStatus: String(answer.redriveStatus ?? 'NOT_REDRIVABLE'),
    ...(answer.redriveStatusReason !== undefined && { RedriveStatusReason: String(answer.redriveStatusReason) }),
    StartDate: milliseconds(answer.startDate),
    StateMachineArn: String(answer.stateMachineArn),
    Status: String(answer.status),
    StopDate: milliseconds(answer.stopDate),
  };
};

export const startExecution = (
  context: EngineContext,
  tokens: Tokens,
  service: CalledService,
  pattern: string,
  awaitExecution: AwaitExecution,
): Integration => {
  const call = (task: TaskRun) => start(context, service, task);
  if (!pattern.startsWith('.sync')) return withPattern(tokens, 'states', 'startExecution', pattern, call);
  const resource = `startExecution${pattern}`;
  return {
    events: 'Task',
    resourceType: 'states',
    resource,
    about: { resourceType: 'states', resource },
    // `.sync` makes a token too: the child may complete the task before it ends itself.
    needsToken: true,
    run: async (task) => {
      const answered = tokens.wait(task.token ?? '', task.lifetime, () => task.onHeartbeat());
      answered.catch(() => undefined);
      let submitted = task.submitted;
      if (!submitted) {
        submitted = await task.lifetime.within(call(task));
        if (isOfExpress(submitted)) throw notSupported();
        task.onSubmitted(submitted);
      }
      const arn = isObject(submitted.value) ? String(submitted.value.ExecutionArn) : '';
      const ended = awaitExecution(arn, task.lifetime, task.executionArn).then((answer) => {
        if (answer.status === 'SUCCEEDED') return Payload.of(described(answer, pattern === '.sync:2'));
        throw new StateError('States.TaskFailed', JSON.stringify(described(answer, false)));
      });
      return Promise.race([answered, ended]);
    },
  };
};
