import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { EngineContext, Service, Shape } from '../../../lib/local/service.ts';
import { lambdaService } from '../../../lib/local/services/lambda/index.ts';
import { sqsService } from '../../../lib/local/services/sqs/index.ts';
import { virtualClock } from '../../../lib/local/virtual-clock.ts';
import { type Served, serve } from '../server/serve.ts';

const lines: string[] = [];
const logs = (_context: EngineContext): Service => ({
  id: 'cloudwatchlogs',
  call: async (_operation, { logEvents }) => {
    for (const { message } of logEvents as readonly { message: string }[]) lines.push(message); // as Lambda sends them
    return {};
  },
});
const lambda = (context: EngineContext): Service => lambdaService(context, { isolation: 'inProcess' });

let served: Served;
beforeEach(async () => {
  lines.length = 0;
  served = await serve({ make: [logs, lambda] });
});
afterEach(() => served.close());

const create = (name: string, body: string, more: Shape = {}): Promise<Shape> => {
  const directory = join(served.dir, 'code', name);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'index.mjs'), body);
  return served.call('lambda', 'CreateFunction', {
    FunctionName: name,
    Code: { LocalDirectory: directory },
    Timeout: 1,
    ...more,
  });
};
const invoke = async (name: string, event: unknown = {}): Promise<{ error: unknown; payload: Shape }> => {
  const input = { FunctionName: name, Payload: JSON.stringify(event) };
  const { FunctionError, Payload } = await served.call('lambda', 'Invoke', input);
  return { error: FunctionError, payload: JSON.parse(String(Payload)) };
};

const wrap = (work: string): string => `export const handler = async (event, context) => { ${work} };`;

const failures = [
  {
    name: 'a thrown error',
    program: wrap(`const e = new Error('boom'); e.name = 'Heddle.Permanent'; throw e;`),
    says: { errorType: 'Heddle.Permanent', errorMessage: 'boom', trace: expect.arrayContaining([]) },
  },
  {
    name: 'a thrown text',
    program: wrap(`throw 'boom';`),
    says: { errorType: 'string', errorMessage: 'boom', trace: [] },
  },
  {
    name: 'a timeout while waiting',
    program: wrap('await new Promise(() => undefined);'),
    says: {
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/),
    },
  },
  {
    name: 'a result that is too large',
    program: wrap(`return 'x'.repeat(7e6);`),
    says: { errorType: 'Function.ResponseSizeTooLarge', errorMessage: expect.any(String), trace: [] },
  },
  {
    name: 'a handler that is not there',
    program: 'export const other = 1;',
    says: { errorType: 'Runtime.HandlerNotFound', errorMessage: expect.stringContaining('index.handler'), trace: [] },
  },
];
test.each(failures)('$name comes in the shape that a worker gives it', async ({ program, says }) => {
  await create('bad', program);
  expect(await invoke('bad')).toEqual({ error: 'Unhandled', payload: says });
});

test('functions that run at the same time each see their own environment, and leave the engine’s alone', async () => {
  const program = `const first = process.env.OWN;
    export const handler = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      process.env.LATER = first + '!';
      return { first, now: process.env.OWN, later: process.env.LATER, name: process.env.AWS_LAMBDA_FUNCTION_NAME,
        path: 'PATH' in process.env, keys: Object.keys(process.env).includes('OWN') };
    };`;
  const before = { ...process.env };
  const own = (OWN: string) => ({ Environment: { Variables: { OWN } } });
  await create('one', program, own('1'));
  await create('two', program, own('2'));
  const [one, two] = await Promise.all([invoke('one'), invoke('two')]);
  const seen = (value: string) => ({ first: value, now: value, later: `${value}!`, path: false, keys: true });
  expect(one.payload).toEqual({ ...seen('1'), name: 'one' });
  expect(two.payload).toEqual({ ...seen('2'), name: 'two' });
  expect({ ...process.env }).toEqual(before);
});

test('what a function writes reaches its own log, between the lines of Lambda', async () => {
  await create(
    'talk',
    `process.stdout.write('starts');\n${wrap(`console.log('one', event); process.stdout.write('{"raw":'); process.stdout.write('1}\\nhalf');`)}`,
  );
  await invoke('talk', { a: 1 });
  const plain = lines.map((line) => line.replace(/[0-9a-f-]{36}/g, 'ID').replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, 'TIME'));
  expect(plain).toEqual([
    'START RequestId: ID Version: $LATEST',
    'starts',
    'TIME\tID\tINFO\tone { a: 1 }',
    '{"raw":1}',
    'half',
    'END RequestId: ID',
    expect.stringContaining('REPORT RequestId: ID'),
  ]);
});

test('a module is imported once, and anew when the function changes', async () => {
  const program = 'let calls = 0; export const handler = async () => ({ calls: ++calls });';
  await create('count', program);
  expect([await invoke('count'), await invoke('count')].map(({ payload }) => payload.calls)).toEqual([1, 2]);
  await create('count', program);
  expect((await invoke('count')).payload).toEqual({ calls: 1 });
});

test("a function sees the engine's time, the process its own", async () => {
  await served.close();
  served = await serve({ make: [logs, lambda], clock: virtualClock(Date.parse('2026-01-31T00:00:00Z')) });
  await create(
    'tell',
    wrap(`return [Date.now(), new Date(), new Date(0), Date().slice(0, 15), new Date() instanceof Date];`),
  );
  const now = '2026-01-31T00:00:00.000Z';
  const { payload } = await invoke('tell');
  expect(payload).toEqual([Date.parse(now), now, '1970-01-01T00:00:00.000Z', expect.stringContaining('2026'), true]);
  expect(Date.now()).not.toBe(Date.parse(now));
});

test('a function that waits for messages in virtual time, of which none passes meanwhile, gets those that come, or none', async () => {
  await served.close();
  served = await serve({ make: [logs, lambda, sqsService], clock: virtualClock(Date.parse('2026-01-31T00:00:00Z')) });
  const { QueueUrl } = await served.call('sqs', 'CreateQueue', { QueueName: 'q' });
  const wait = `const response = await fetch(event.endpoint + '/', { method: 'POST', body: JSON.stringify(event.ask),
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.ReceiveMessage' } });
    const { Messages = [] } = await response.json();
    return [Date.now() - Date.parse('2026-01-31T00:00:00Z'), ...Messages.map(({ Body }) => Body)];`;
  await create('wait', wrap(wait));
  const ask = { QueueUrl, WaitTimeSeconds: 20 };
  const waits = () => invoke('wait', { endpoint: served.endpoint, ask });
  expect((await waits()).payload).toEqual([0]);
  const waiting = waits();
  await served.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'hello' });
  expect((await waiting).payload).toEqual([0, 'hello']);
});
