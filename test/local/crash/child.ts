// The process that is killed: an engine that starts the run, or carries it on. Arguments: the state folder, the file of
// side effects. Says `open` when it is about to open the engine, `work` at each side effect and, at the end of the run, what
// came of it as JSON.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { openServices, type Shape } from '../../../lib/local/index.ts';
import { definition, result } from './machine.ts';

const [stateDir = '', effects = ''] = process.argv.slice(2);
const WORK_MS = 2;

const file = openSync(effects, 'a');
const work = async ({ task, n }: { task: string; n: number }) => {
  writeSync(file, `${task}\n`);
  fsyncSync(file);
  process.stdout.write('work\n');
  await pause(WORK_MS);
  return result(task, n);
};

process.stdout.write('open\n');
const engine = await openServices({ stateDir, functions: { work } });
const sfn = engine.service('sfn');
const roleArn = 'arn:aws:iam::123456789012:role/r';
const { stateMachineArn } = await sfn.call('CreateStateMachine', { name: 'm', definition, roleArn });
const { executions } = await sfn.call('ListExecutions', { stateMachineArn });
const [known] = executions as readonly Shape[]; // as the API gives them
const { executionArn } =
  known ?? (await sfn.call('StartExecution', { stateMachineArn, name: 'run', input: '{"n":0}' }));
const { status, output, cause } = await engine.ended(String(executionArn));

const events: Shape[] = [];
let nextToken: unknown;
do {
  const input = { executionArn, maxResults: 1000, ...(nextToken !== undefined && { nextToken }) };
  const page = await sfn.call('GetExecutionHistory', input);
  events.push(...(page.events as readonly Shape[])); // as the API gives them
  nextToken = page.nextToken;
} while (nextToken !== undefined);
const history = events.map(({ id, previousEventId, type }) => ({ id, previousEventId, type }));
process.stdout.write(`${JSON.stringify({ status, output, cause, history })}\n`);
await engine.close();
closeSync(file);
