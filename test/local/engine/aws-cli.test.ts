// The AWS CLI, unchanged, against the engine's port. Where that CLI is not installed there is nothing to show, and the
// skipped test says so.
import { execFile, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Engine } from '../../../lib/local/index.ts';
import { type TestEngine, testEngine } from './open-engine.ts';

const version = spawnSync('aws', ['--version'], { encoding: 'utf8' });
const isPresent = version.status === 0;
const withCli = isPresent ? test : test.skip;
const name = (what: string) => (isPresent ? what : `${what} (not run: there is no \`aws\` on the PATH)`);

let place: TestEngine;
let engine: Engine;
beforeAll(async () => {
  place = testEngine();
  engine = await place.open({ App: { template: { Resources: {} } } });
});
afterAll(() => place.remove());

const run = promisify(execFile);

/** The answer of one command as JSON, or nothing. */
const aws = async (...command: string[]): Promise<Record<string, unknown>> => {
  const env = {
    PATH: process.env.PATH,
    HOME: place.dir, // nobody's own settings
    AWS_ENDPOINT_URL: engine.endpoint,
    AWS_REGION: engine.region,
    AWS_DEFAULT_REGION: engine.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_DISABLE_HOST_PREFIX_INJECTION: 'true',
    AWS_PAGER: '',
  };
  const { stdout } = await run('aws', [...command, '--output', 'json'], { env });
  return stdout.trim() === '' ? {} : JSON.parse(stdout);
};

const SLOW = 180_000; // each command starts Python

const definition = JSON.stringify({
  QueryLanguage: 'JSONata',
  StartAt: 'Put',
  States: {
    Put: {
      Type: 'Task',
      Resource: 'arn:aws:states:::dynamodb:putItem',
      Arguments: { TableName: 'runs', Item: { id: { S: '{% $states.input.id %}' }, n: { N: '41' } } },
      Output: '{% $states.input %}',
      End: true,
    },
  },
});

withCli(
  name('aws dynamodb and aws stepfunctions'),
  async () => {
    const key = JSON.stringify({ id: { S: 'a' } });
    await aws(
      ...['dynamodb', 'create-table', '--table-name', 'runs', '--billing-mode', 'PAY_PER_REQUEST'],
      ...['--attribute-definitions', 'AttributeName=id,AttributeType=S'],
      ...['--key-schema', 'AttributeName=id,KeyType=HASH'],
    );
    await aws('dynamodb', 'wait', 'table-exists', '--table-name', 'runs');

    const role = 'arn:aws:iam::123456789012:role/r';
    const { stateMachineArn } = await aws(
      ...['stepfunctions', 'create-state-machine', '--name', 'm', '--role-arn', role, '--definition', definition],
    );
    const state = ['--definition', '{"Type":"Pass","End":true}', '--input', '{"id":"a"}'];
    expect(await aws('stepfunctions', 'test-state', '--role-arn', role, ...state)).toMatchObject({
      output: '{"id":"a"}',
    });
    const machine = ['--state-machine-arn', String(stateMachineArn)];
    const { executionArn } = await aws('stepfunctions', 'start-execution', ...machine, '--input', '{"id":"a"}');
    const execution = ['--execution-arn', String(executionArn)];
    const described = await aws('stepfunctions', 'describe-execution', ...execution);
    expect(described).toMatchObject({ status: 'SUCCEEDED', output: '{"id":"a"}' });
    const { events } = await aws('stepfunctions', 'get-execution-history', ...execution, '--reverse-order');
    expect(events).toMatchObject([{ type: 'ExecutionSucceeded' }, { type: 'TaskStateExited' }, {}, {}, {}, {}, {}]);

    await aws(
      ...['dynamodb', 'update-item', '--table-name', 'runs', '--key', key, '--update-expression', 'ADD n :one'],
      ...['--expression-attribute-values', '{":one":{"N":"1"}}'],
    );
    const { Item } = await aws('dynamodb', 'get-item', '--table-name', 'runs', '--key', key);
    expect(Item).toEqual({ id: { S: 'a' }, n: { N: '42' } });
  },
  SLOW,
);

withCli(
  name('an error of AWS reaches the CLI as one'),
  async () => {
    const absent = 'arn:aws:states:us-east-1:123456789012:stateMachine:absent';
    await expect(aws('stepfunctions', 'describe-state-machine', '--state-machine-arn', absent)).rejects.toMatchObject({
      stderr: expect.stringContaining('(StateMachineDoesNotExist)'),
    });
  },
  SLOW,
);

withCli(
  name('aws s3api'),
  async () => {
    const file = join(place.dir, 'hello.txt');
    writeFileSync(file, 'hello');
    const object = ['--bucket', 'drops', '--key', 'a.txt'];
    await aws('s3api', 'create-bucket', '--bucket', 'drops');
    await aws('s3api', 'put-object', ...object, '--body', file);
    await aws('s3api', 'copy-object', '--bucket', 'drops', '--key', 'b.txt', '--copy-source', 'drops/a.txt');
    const { Contents } = await aws('s3api', 'list-objects-v2', '--bucket', 'drops');
    expect(Contents).toMatchObject([
      { Key: 'a.txt', Size: 5 },
      { Key: 'b.txt', Size: 5 },
    ]);
    await expect(aws('s3api', 'put-object', ...object, '--if-none-match', '*')).rejects.toMatchObject({
      stderr: expect.stringContaining('(PreconditionFailed)'),
    });
  },
  SLOW,
);
