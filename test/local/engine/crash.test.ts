import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { receive, type TestEngine, type TestStack, testEngine, writeAssembly } from './open-engine.ts';

let place: TestEngine;
beforeEach(() => {
  place = testEngine();
});
afterEach(() => place.remove());

const arn = { 'Fn::GetAtt': ['Queue', 'Arn'] };
const machine = '{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}';
const app: TestStack = {
  template: {
    Resources: {
      Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'seen' } },
      Machine: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: { StateMachineName: 'm', RoleArn: 'arn:aws:iam::123456789012:role/r', DefinitionString: machine },
      },
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: {
          EventPattern: { source: ['crash'] },
          Targets: [
            { Id: 'queue', Arn: arn, InputPath: '$.detail.n' },
            { Id: 'machine', Arn: { Ref: 'Machine' }, InputPath: '$.detail' },
          ],
        },
      },
    },
  },
};

/** Runs the child until it said `count` events, then kills it: the events that it said. */
const crashAfter = (assembly: string, stateDir: string, count: number): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [
      '--no-warnings',
      join(import.meta.dirname, 'crash-child.ts'),
      assembly,
      stateDir,
    ]);
    const said: string[] = [];
    const problems: string[] = [];
    child.stderr.on('data', (text) => problems.push(String(text)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(line);
      if (said.length === count) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', () => (said.length >= count ? resolve(said) : reject(new Error(problems.join('')))));
  });

test('every event that was accepted is delivered, though the process was killed; executions start once', async () => {
  const assembly = writeAssembly(join(place.dir, 'cdk.out'), { App: app });
  const said = await crashAfter(assembly, join(place.dir, 'state'), 150);
  const engine = await place.open({ App: app });
  const seen = new Set<string>(); // at least once: some may come twice
  while (said.some((n) => !seen.has(n)))
    for (const body of await receive(engine, `${engine.endpoint}/123456789012/seen`, 1)) seen.add(body);
  const stateMachineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:m';
  const { executions } = await engine.service('sfn').call('ListExecutions', { stateMachineArn, maxResults: 1000 });
  const inputs = await Promise.all(
    (executions as readonly { executionArn: string }[]).map(async ({ executionArn }) => {
      const { input } = await engine.service('sfn').call('DescribeExecution', { executionArn });
      return String(JSON.parse(String(input)).n);
    }),
  );
  expect(new Set(inputs).size).toBe(inputs.length);
});
