// A Task with nothing but its input, run as its integration sees it.
import { expect, test } from '@jest/globals';
import { realClock } from '../../../lib/local/clock.ts';
import { StateError } from '../../../lib/local/states/errors.ts';
import type { LogRecord } from '../../../lib/local/states/history/record.ts';
import type { Integration, TaskRun } from '../../../lib/local/states/integrations/integration.ts';
import { Payload } from '../../../lib/local/states/json.ts';
import { Execution, type Host } from '../../../lib/local/states/machine/execution.ts';
import { Frame } from '../../../lib/local/states/machine/frame.ts';
import { runFrame } from '../../../lib/local/states/machine/sequence.ts';
import { parseDefinition } from '../../../lib/local/states/parse/definition.ts';

const resource = 'arn:aws:states:::sqs:sendMessage';
const definition = JSON.stringify({
  QueryLanguage: 'JSONata',
  StartAt: 'T',
  States: {
    T: { Type: 'Task', Resource: resource, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }], End: true },
    C: { Type: 'Pass', End: true },
  },
});

/** The state T with what `run` does for it: the frame as it runs, and what is told of it. */
const running = (run: (task: TaskRun) => Promise<Payload>) => {
  const records: LogRecord[] = [];
  const integration: Integration = {
    events: 'Task',
    resourceType: 'sqs',
    resource: 'sendMessage',
    about: { resourceType: 'sqs', resource: 'sendMessage' },
    needsToken: false,
    run,
  };
  const clock = realClock();
  const host: Host = {
    clock,
    journal: { append: (_log, record) => void records.push(record), commit: () => Promise.resolve() },
    integrations: { resolve: () => integration, newToken: () => 'token' },
    get mapRuns(): never {
      throw new Error('there is no map');
    },
    region: 'us-east-1',
    historyLimit: 25_000,
    random: () => 0,
    running: () => 2,
  };
  const ambient = { now: () => clock.now(), random: () => 0 };
  const parsed = parseDefinition(definition, { express: false, ambient });
  if (!parsed.ok) throw new Error('the machine is not valid');
  const { machine } = parsed;
  const input = Payload.of({});
  const identity = {
    row: 1,
    arn: 'arn:aws:states:us-east-1:123456789012:execution:m:x',
    name: 'x',
    machineArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:m',
    revision: '1',
    machineName: 'm',
    roleArn: '',
    express: false,
    startedAt: 0,
    redriveCount: 0,
    timedFrom: 0,
    input,
  };
  const execution = new Execution(identity, machine, host);
  const lifetime = execution.lifetime.child();
  const frame = new Frame(execution, { id: 0, sequence: machine, variables: {}, lifetime, cursor: 0 });
  const types = () => records.flatMap((record) => ('type' in record ? [record.type] : []));
  return { lifetime, types, output: runFrame(frame, input) };
};

test.each([
  ['has its result', () => Promise.resolve(Payload.of(1)), ['TaskSucceeded', 'TaskStateExited']],
  [
    'has failed',
    () => Promise.reject(new StateError('E', 'why')),
    ['TaskFailed', 'TaskStateExited', 'PassStateEntered', 'PassStateExited'],
  ],
])('what a call has begun ends once it %s', async (_, answer, told) => {
  const ends: string[] = [];
  const { types, output } = running((task) => {
    task.lifetime.onEnd(() => ends.push('ended'));
    return answer();
  });
  await output;
  expect(ends).toEqual(['ended']);
  expect(types()).toEqual(['TaskStateEntered', 'TaskScheduled', 'TaskStarted', ...told]);
});

test.each([
  ['an answer', (call: PromiseWithResolvers<Payload>) => call.resolve(Payload.of(1))],
  ['a failure', (call: PromiseWithResolvers<Payload>) => call.reject(new StateError('E', 'why'))],
])('nothing is told of %s that comes after the end', async (_, answer) => {
  const call = Promise.withResolvers<Payload>();
  const { lifetime, types } = running(() => call.promise);
  await new Promise(setImmediate);
  lifetime.end();
  answer(call);
  await new Promise(setImmediate);
  expect(types()).toEqual(['TaskStateEntered', 'TaskScheduled', 'TaskStarted']);
});
