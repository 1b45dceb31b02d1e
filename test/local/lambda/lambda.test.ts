import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { call, closeAfterEach, create, invoke, lines, open, served, wrapEvent } from './functions.ts';

closeAfterEach();

describe('a handler', () => {
  beforeEach(() => open());

  test('gets event, context and its own environment, none of the engine’s', async () => {
    const program = `export const handler = async (event, context) => ({
      event, own: process.env.OWN, home: process.env.HOME, region: process.env.AWS_REGION,
      endpoint: process.env.AWS_ENDPOINT_URL, key: process.env.AWS_ACCESS_KEY_ID, name: context.functionName,
      arn: context.invokedFunctionArn, memory: context.memoryLimitInMB, log: context.logGroupName,
      left: context.getRemainingTimeInMillis() > 1000, id: context.awsRequestId.length });`;
    await create('look', program, { Timeout: 30, MemorySize: 256, Environment: { Variables: { OWN: 'yes' } } });
    expect((await invoke('look', { a: 1 })).payload).toEqual({
      event: { a: 1 },
      own: 'yes',
      region: 'us-east-1',
      endpoint: served.endpoint,
      key: 'AKIALOCAL',
      name: 'look',
      arn: 'arn:aws:lambda:us-east-1:123456789012:function:look',
      memory: '256',
      log: '/aws/lambda/look',
      left: true,
      id: 36,
    });
  });

  test('gets the variables that the engine adds to it, which are not kept', async () => {
    const program = 'export const handler = async () => [process.env.OWN, process.env.MORE];';
    await create('added', program, { Environment: { Variables: { OWN: 'yes' } } });
    expect((await invoke('added')).payload).toEqual(['yes', 'for now']);
    expect(await call('GetFunctionConfiguration', { FunctionName: 'added' })).toMatchObject({
      Environment: { Variables: { OWN: 'yes' } },
    });
  });

  test('is loaded once and stays warm; another version is loaded anew', async () => {
    const program = 'let calls = 0; export const handler = async () => ({ calls: ++calls });';
    await create('count', program);
    expect([await invoke('count'), await invoke('count')].map(({ payload }) => payload.calls)).toEqual([1, 2]);
    await create('count', program);
    expect((await invoke('count')).payload).toEqual({ calls: 1 });
  });

  // As AWS's runtime interface client finds it: https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
  test.each([
    ['index.api.v1.handler', 'exports.api = { v1: { handler: async () => "found" } };'],
    ['src/deep/index.handler', 'exports.handler = async () => "found";'],
  ])('is found as %s', async (Handler, program) => {
    await create('named', '');
    const directory = join(served.dir, 'code', 'named');
    const [folder, file] = [join(directory, Handler.replace(/[^/]*$/, '')), 'index.js'];
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, file), program);
    await call('UpdateFunctionConfiguration', { FunctionName: 'named', Handler });
    expect(await invoke('named')).toEqual({ error: undefined, payload: 'found' });
  });

  test('is told nothing of a client: it is refused by name', async () => {
    await create('f', wrapEvent(''));
    await expect(call('Invoke', { FunctionName: 'f', ClientContext: 'e30=' })).rejects.toThrow(
      'HDL501 the local engine does not implement lambda:Invoke with ClientContext',
    );
  });

  test('may call itself and others without the engine running out of sandboxes', async () => {
    const program = `export const handler = async ({ depth }) => {
      if (depth === 0) return { depth };
      const url = process.env.AWS_ENDPOINT_URL + '/2015-03-31/functions/f' + (depth - 1) + '/invocations';
      const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=a/b/c/lambda/aws4_request' };
      return (await fetch(url, { method: 'POST', headers, body: JSON.stringify({ depth: depth - 1 }) })).json();
    };`;
    for (let depth = 0; depth <= 5; depth += 1) await create(`f${depth}`, program, { Timeout: 20 });
    expect((await invoke('f5', { depth: 5 })).payload).toEqual({ depth: 0 });
  });

  test('stays warm while another has much to do, though there is room for three only', async () => {
    const program = 'let calls = 0; export const handler = async () => ++calls;';
    const busy = 'export const handler = () => new Promise((resolve) => setTimeout(resolve, 100));';
    for (const name of ['one', 'two']) await create(name, program);
    await create('busy', busy);
    for (const name of ['one', 'two', 'busy']) await invoke(name);
    await Promise.all(Array.from({ length: 3 }, () => invoke('busy')));
    expect([(await invoke('one')).payload, (await invoke('two')).payload]).toEqual([2, 2]);
  });

  test('that hangs keeps no other call waiting, nor do those that are idle', async () => {
    for (const name of ['idle1', 'idle2']) {
      await create(name, 'export const handler = async () => 1;');
      await invoke(name);
    }
    const program = `export const handler = async ({ hangs }) => (hangs ? new Promise(() => {}) : { done: true });`;
    await create('stuck', program, { Timeout: 900 });
    const hung = invoke('stuck', { hangs: true });
    hung.catch(() => undefined); // it ends with the engine
    expect((await invoke('stuck', { hangs: false })).payload).toEqual({ done: true });
  });

  test('runs alongside itself', async () => {
    // Each invocation waits until another one has begun: they end only if two are under way at once.
    const begun = join(served.dir, 'begun');
    mkdirSync(begun);
    const program = `
      import { readdirSync, writeFileSync } from 'node:fs';
      export const handler = async (event, { awsRequestId }) => {
        writeFileSync(${JSON.stringify(begun)} + '/' + awsRequestId, '');
        while (readdirSync(${JSON.stringify(begun)}).length < 2) await new Promise((r) => setTimeout(r, 5));
      };`;
    await create('slow', program, { Timeout: 30 });
    const ended = await Promise.all(Array.from({ length: 4 }, () => invoke('slow')));
    expect(ended.map(({ error }) => error)).toEqual([undefined, undefined, undefined, undefined]);
  });

  const plainLines = (): readonly string[] =>
    lines.map((line) => line.replace(/[0-9a-f-]{36}/g, 'ID').replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, 'TIME'));

  test('what it writes as it starts, and what no line end follows, reaches the log too', async () => {
    await create('start', `console.log('up'); export const handler = async () => void process.stdout.write('half');`);
    await invoke('start');
    const [begin, ...rest] = plainLines();
    expect(begin).toBe('/aws/lambda/start START RequestId: ID Version: $LATEST');
    expect(rest.slice(0, 2)).toEqual(['/aws/lambda/start TIME\tundefined\tINFO\tup', '/aws/lambda/start half']);
  });

  test('why it could not start is in the log', async () => {
    await create('torn', `throw new TypeError('bad start');`);
    await invoke('torn');
    expect(plainLines()[1]).toContain(
      '/aws/lambda/torn TIME\tundefined\tERROR\tUncaught Exception \t{"errorType":"TypeError","errorMessage":"bad start"',
    );
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html: until Node.js 22
  test.each([
    ['an answer', 'setTimeout(() => done(null, { event }), 1)', { payload: { event: { a: 1 } } }],
    [
      'an error',
      `done(new RangeError('no'))`,
      { error: 'Unhandled', payload: { errorType: 'RangeError', errorMessage: 'no', trace: expect.any(Array) } },
    ],
    ['a promise instead', 'return Promise.resolve(2)', { payload: 2 }],
  ])('on nodejs22.x its callback takes %s', async (_what, work, says) => {
    const program = `export const handler = (event, context, done) => { ${work}; };`;
    await create('old', program, { Runtime: 'nodejs22.x' });
    expect(await invoke('old', { a: 1 })).toEqual({ error: undefined, ...says });
  });

  test('what it writes reaches the log, line by line, between the lines of Lambda', async () => {
    const program = `export const handler = async () => { console.log('one', { a: 1 }); console.error('two\\nlines'); process.stdout.write('{"raw":'); process.stdout.write('1}\\nnext\\n'); };`;
    await create('talk', program);
    await invoke('talk');
    expect(plainLines()).toEqual([
      '/aws/lambda/talk START RequestId: ID Version: $LATEST',
      '/aws/lambda/talk TIME\tID\tINFO\tone { a: 1 }',
      '/aws/lambda/talk TIME\tID\tERROR\ttwo\nlines',
      '/aws/lambda/talk {"raw":1}',
      '/aws/lambda/talk next',
      '/aws/lambda/talk END RequestId: ID',
      expect.stringMatching(/REPORT RequestId: ID\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB/),
    ]);
  });
});

describe('failures come in Lambda’s own shapes', () => {
  beforeEach(() => open());
  const wrap = (work: string): string => `export const handler = async () => { ${work} };`;
  const cases = [
    {
      name: 'a thrown error',
      program: wrap(`const e = new Error('boom'); e.name = 'Heddle.Permanent'; throw e;`),
      says: {
        errorType: 'Heddle.Permanent',
        errorMessage: 'boom',
        trace: ['Heddle.Permanent: boom', expect.stringContaining('at handler')],
      },
    },
    {
      name: 'a thrown text',
      program: wrap(`throw 'boom';`),
      says: { errorType: 'string', errorMessage: 'boom', trace: [] },
    },
    {
      name: 'a timeout while waiting',
      program: wrap('await new Promise(() => setInterval(() => {}, 1000));'),
      says: {
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/),
      },
    },
    {
      name: 'a timeout while computing',
      program: wrap('for (;;) {}'),
      says: {
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringContaining('Task timed out after 1.00 seconds'),
      },
    },
    {
      name: 'an exit',
      program: wrap('process.exit(3);'),
      says: {
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringMatching(/^RequestId: .{36} Error: Runtime exited with error: exit status 3$/),
      },
    },
    {
      name: 'too much memory',
      program: wrap('const a = []; for (;;) a.push(new Array(1e5).fill(Math.random()));'),
      says: { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('signal: killed') },
    },
    {
      name: 'a rejection that nothing catches',
      program: wrap(`Promise.reject(new Error('stray')); await new Promise((r) => setTimeout(r, 500));`),
      says: { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'Error: stray', trace: expect.any(Array) },
    },
    {
      name: 'a result that is too large',
      program: wrap(`return 'x'.repeat(7e6);`),
      says: { errorType: 'Function.ResponseSizeTooLarge', errorMessage: expect.any(String), trace: [] },
    },
    {
      name: 'a signal to its own process, which is the engine too',
      program: wrap(`process.kill(process.pid, 'SIGTERM'); await new Promise(() => {});`),
      says: { errorType: 'Runtime.ExitError', errorMessage: expect.stringMatching(/exit status 143$/) },
    },
    {
      name: 'a handler that is not there',
      program: 'export const other = 1;',
      says: {
        errorType: 'Runtime.HandlerNotFound',
        errorMessage: 'index.handler is undefined or not exported',
        trace: [],
      },
    },
    {
      name: 'a module that throws',
      program: `throw new TypeError('bad start');`,
      says: { errorType: 'TypeError', errorMessage: 'bad start', trace: expect.any(Array) },
    },
    {
      name: 'a module that does not parse',
      program: 'export const handler = (;',
      says: { errorType: 'Runtime.UserCodeSyntaxError', errorMessage: expect.any(String), trace: expect.any(Array) },
    },
    {
      name: 'an import that is missing',
      program: `import './none.mjs'; export const handler = async () => 1;`,
      says: { errorType: 'Runtime.ImportModuleError', errorMessage: expect.any(String), trace: expect.any(Array) },
    },
    {
      name: 'a handler with a callback',
      program: 'export const handler = (event, context, done) => done(null, 1);',
      says: { errorType: 'Runtime.CallbackHandlerDeprecated', errorMessage: expect.any(String), trace: [] },
    },
  ];
  test.each(cases)('$name', async ({ program, says }) => {
    await create('bad', program, { Timeout: says.errorType === 'Sandbox.Timedout' ? 1 : 60 });
    expect(await invoke('bad')).toEqual({ error: 'Unhandled', payload: says });
  });

  test('after a crash the next event finds a new sandbox', async () => {
    await create('flaky', wrapEvent('if (event.exit) process.exit(1); return { fine: true };'));
    expect((await invoke('flaky', { exit: true })).error).toBe('Unhandled');
    expect((await invoke('flaky')).payload).toEqual({ fine: true });
  });
});

describe('calls that are refused', () => {
  beforeEach(async () => {
    await open();
    await create('f', wrapEvent('return event;'));
  });
  const cases = [
    {
      name: 'a missing function',
      operation: 'Invoke',
      input: { FunctionName: 'none' },
      code: 'ResourceNotFoundException',
    },
    {
      name: 'an event that is not JSON',
      operation: 'Invoke',
      input: { FunctionName: 'f', Payload: '{' },
      code: 'InvalidRequestContentException',
    },
    {
      name: 'an event that is too large',
      operation: 'Invoke',
      input: { FunctionName: 'f', Payload: JSON.stringify('x'.repeat(6 * 1024 * 1024)) },
      code: 'RequestTooLargeException',
    },
    {
      name: 'a reserved variable',
      operation: 'UpdateFunctionConfiguration',
      input: { FunctionName: 'f', Environment: { Variables: { AWS_REGION: 'x' } } },
      code: 'InvalidParameterValueException',
    },
    {
      name: 'another runtime',
      operation: 'UpdateFunctionConfiguration',
      input: { FunctionName: 'f', Runtime: 'python3.13' },
      code: 'NotImplemented',
    },
    {
      name: 'a version that there is not',
      operation: 'Invoke',
      input: { FunctionName: 'f', Qualifier: '7' },
      code: 'ResourceNotFoundException',
    },
    {
      name: 'a property that would change how it runs',
      operation: 'UpdateFunctionConfiguration',
      input: { FunctionName: 'f', Layers: ['arn:aws:lambda:us-east-1:1:layer:l:1'] },
      code: 'NotImplemented',
    },
  ];
  test.each(cases)('$name: $code', async ({ operation, input, code }) => {
    await expect(call(operation, input)).rejects.toMatchObject({ code });
  });

  test('an ARN and $LATEST name a function too; a dry run runs nothing', async () => {
    const FunctionName = 'arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST';
    expect(await call('Invoke', { FunctionName, Payload: { a: 1 } })).toMatchObject({
      StatusCode: 200,
      Payload: '{"a":1}',
    });
    expect(await call('Invoke', { FunctionName, InvocationType: 'DryRun' })).toMatchObject({ StatusCode: 204 });
  });
});
