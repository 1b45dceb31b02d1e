// Functions made of a line of source each, on a Lambda service of their own for every test.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach } from '@jest/globals';
import type { Clock } from '../../../lib/local/clock.ts';
import type { EngineContext, Service, Shape } from '../../../lib/local/service.ts';
import { lambdaService } from '../../../lib/local/services/lambda/index.ts';
import { sqsService } from '../../../lib/local/services/sqs/index.ts';
import { type Make, type Served, serve } from '../server/serve.ts';

// Keeps what the functions log; CloudWatch Logs itself has tests of its own.
export const lines: string[] = [];
const logs = (_context: EngineContext): Service => ({
  id: 'cloudwatchlogs',
  call: async (_operation, { logGroupName, logEvents }) => {
    for (const { message } of logEvents as readonly { message: string }[])
      lines.push(`${String(logGroupName)} ${message}`); // as Lambda sends them
    return {};
  },
});

const lambda =
  (concurrency?: number) =>
  (context: EngineContext): Service => {
    const variables = { added: { MORE: 'for now' } };
    const service = lambdaService(context, {
      sandboxes: 3,
      variables,
      ...(concurrency !== undefined && { concurrency }),
    });
    return { ...service, start: async () => service.resume() };
  };

/** The services of the test that runs. */
export let served: Served;
export const open = async (
  clock?: Clock,
  dir?: string,
  more: readonly Make[] = [],
  concurrency?: number,
): Promise<void> => {
  served = await serve({
    make: [...more, sqsService, logs, lambda(concurrency)],
    ...(clock !== undefined && { clock }),
    ...(dir !== undefined && { dir }),
  });
};
/** Said once at the top of a file of tests. */
export const closeAfterEach = (): void => {
  beforeEach(() => {
    lines.length = 0;
  });
  afterEach(() => served.close());
};

export const call = (operation: string, input: Shape) => served.call('lambda', operation, input);
export const create = (name: string, body: string, more: Shape = {}): Promise<Shape> => {
  const directory = join(served.dir, 'code', name);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'index.mjs'), body);
  return call('CreateFunction', {
    FunctionName: name,
    Role: 'arn:aws:iam::123456789012:role/r',
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Code: { LocalDirectory: directory },
    ...more,
  });
};
export const invoke = async (name: string, event: unknown = {}): Promise<{ error: unknown; payload: Shape }> => {
  const { FunctionError, Payload } = await call('Invoke', { FunctionName: name, Payload: JSON.stringify(event) });
  return { error: FunctionError, payload: JSON.parse(String(Payload)) };
};

/** The source of a handler that does this with its event. */
export const wrapEvent = (work: string): string => `export const handler = async (event) => { ${work} };`;
