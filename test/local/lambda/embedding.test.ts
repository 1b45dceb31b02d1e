import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openServices, type RegisteredFunctions, type Services, type Shape } from '../../../lib/local/index.ts';
import { randomFrom } from '../../../lib/simulate/arrivals.ts';

let stateDir: string;
let engine: Services;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'heddle-embedding-'));
});
afterEach(async () => {
  await engine.close();
  rmSync(stateDir, { recursive: true });
});

const open = async (functions: RegisteredFunctions): Promise<void> => {
  engine = await openServices({ stateDir, functions });
};
const roleArn = 'arn:aws:iam::123456789012:role/r';
const run = async (functionName: string, event: unknown): Promise<Shape> => {
  const definition = JSON.stringify({
    StartAt: 'Call',
    States: {
      Call: { Type: 'Task', Resource: `arn:aws:lambda:us-east-1:123456789012:function:${functionName}`, End: true },
    },
  });
  const sfn = engine.service('sfn');
  const { stateMachineArn } = await sfn.call('CreateStateMachine', { name: functionName, definition, roleArn });
  const { executionArn } = await sfn.call('StartExecution', { stateMachineArn, input: JSON.stringify(event) });
  return engine.ended(String(executionArn));
};

test('functions of the program are tasks of a machine', async () => {
  await open({ double: async (event: { n: number }, { functionName }) => ({ n: event.n * 2, functionName }) });
  expect(await run('double', { n: 21 })).toMatchObject({
    status: 'SUCCEEDED',
    output: '{"n":42,"functionName":"double"}',
  });
});

test('a source of numbers that begins anew on the same state gives no name that is in use there, and the same ones each time', async () => {
  let before: Services | undefined; // the last is closed as those of the other tests are
  const lives = async (dir: string): Promise<string[]> => {
    const names: string[] = [];
    for (let life = 0; life < 3; life++) {
      await before?.close();
      engine = await openServices({ stateDir: join(stateDir, dir), functions: { f: () => 1 }, random: randomFrom(7) });
      before = engine;
      const { status, executionArn } = await run('f', {});
      expect(status).toBe('SUCCEEDED');
      names.push(String(executionArn));
    }
    return names;
  };
  const names = await lives('one');
  expect(new Set(names).size).toBe(3);
  expect(await lives('other')).toEqual(names);
});

test('an error of theirs is the execution’s error, as Lambda tells it', async () => {
  await open({
    fail: () => {
      throw new RangeError('too far');
    },
  });
  const { status, error, cause } = await run('fail', {});
  expect({ status, error }).toEqual({ status: 'FAILED', error: 'RangeError' });
  expect(JSON.parse(String(cause))).toMatchObject({ errorType: 'RangeError', errorMessage: 'too far' });
});

test('they are listed, and no template takes their name', async () => {
  await open({ mine: () => 1 });
  const lambda = engine.service('lambda');
  const { Functions } = await lambda.call('ListFunctions', {});
  expect(Functions).toEqual([expect.objectContaining({ FunctionName: 'mine' })]);
  const other = { FunctionName: 'mine', Code: { LocalDirectory: stateDir } };
  await expect(lambda.call('CreateFunction', other)).rejects.toMatchObject({ code: 'ResourceConflictException' });
});

test('a service that was not asked for is refused by name', async () => {
  await open({});
  expect(() => engine.service('sqs')).toThrow('this engine does not run sqs');
});

test('an execution that was under way carries on when the services are opened again', async () => {
  const called = Promise.withResolvers<void>();
  const never = new Promise(() => undefined);
  await open({
    slow: () => {
      called.resolve();
      return never;
    },
  });
  const ended = run('slow', {});
  await called.promise;
  await engine.close();
  await open({ slow: () => 'now' });
  const stateMachineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:slow';
  const { executions } = await engine.service('sfn').call('ListExecutions', { stateMachineArn });
  const [execution] = executions as readonly { executionArn: string }[]; // as the API gives them
  expect(await engine.ended(String(execution?.executionArn))).toMatchObject({ status: 'SUCCEEDED', output: '"now"' });
  void ended; // the closed engine never tells of its end
});
