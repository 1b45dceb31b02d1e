// An AWS that is none, or that stops in the middle: what a person is told.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { describeError } from '../../lib/cli/describe-error.ts';
import { runProgram } from '../../lib/cli/index.ts';
import { testSetting } from './setting.ts';

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const serve = async (answer: RequestListener): Promise<string> => {
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const runs = async (answer: RequestListener) => {
  const environment = {
    AWS_ENDPOINT_URL: await serve(answer),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
  };
  const { setting, stderr } = testSetting([], { environment });
  return [await runProgram(['runs'], setting), stderr()];
};

test('a page in place of an answer', async () => {
  const told = await runs((_, response) => response.end('<html>Sign in</html>'));
  const message = expect.stringMatching(
    /^HDL608 AWS refused: ssm: NoJson: the answer is not one of AWS: <html>Sign in/,
  );
  expect(told).toEqual([3, message]);
});

test('an answer that ends in the middle', async () => {
  const told = await runs((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-length': '100' });
    response.write('{ "Para', () => response.destroy());
  });
  expect(told).toEqual([3, expect.stringMatching(/^HDL608 AWS cannot be reached: .+; expected an answer\. Fix: /)]);
});

test('an engine of this machine that has ended', async () => {
  const endpoint = await serve(() => undefined);
  await new Promise((resolve) => server.close(resolve));
  const error = await fetch(endpoint).catch((reason: unknown) => reason);
  const fix = 'check the network and AWS_ENDPOINT_URL; where it was a local engine, which has ended, run this again';
  expect(describeError(error)).toEqual({ message: expect.stringContaining('ECONNREFUSED'), exit: 3 });
  expect(describeError(error).message).toMatch(new RegExp(`Fix: ${fix}$`));
});

test('no answer in time', async () => {
  const endpoint = await serve(() => undefined);
  const error = await fetch(endpoint, { signal: AbortSignal.timeout(1) }).catch((reason: unknown) => reason);
  expect(describeError(error)).toEqual({
    message: expect.stringMatching(/^HDL608 AWS cannot be reached: it gave no answer in time; expected an answer\./),
    exit: 3,
  });
});
