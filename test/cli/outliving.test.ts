// What is called again where the engine of another process ends, and what is not.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { outliving } from '../../lib/cli/outliving.ts';
import { type Aws, connect } from '../../lib/support/aws-call.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const serve = async (
  answer: Parameters<typeof createServer>[1],
): Promise<{ readonly server: Server; readonly aws: Aws }> => {
  const server = createServer(answer).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server that listens has one
  return { server, aws: connect({ region: 'us-east-1', endpoint, accessKeyId: 'a', secretAccessKey: 'b' }) };
};

const ended = async (): Promise<Aws> => {
  const { server, aws } = await serve(undefined);
  server.close();
  await once(server, 'close');
  return aws;
};
const cut = async (): Promise<Aws> => (await serve((request) => request.socket.destroy())).aws;

test.each([
  ['whatever nobody listens for', ended, undefined, 'next'],
  ['what is to be sent a single time, and nobody listens for', ended, { once: true }, 'next'],
  ['what was lost with its connection', cut, undefined, 'next'],
  ['what is to be sent a single time, and may have been heard', cut, { once: true }, 'fetch failed'],
] as const)('%s', async (_, open, options, outcome) => {
  const { aws: next } = await serve((_request, response) => response.end('{"from":"next"}'));
  let opened = 0;
  const aws = outliving(await open(), async () => {
    opened += 1;
    return next;
  });
  const call = () =>
    aws.call('sqs', 'SendMessage', {}, options).then(
      ({ from }) => from,
      ({ message }: Error) => message,
    );
  expect(await Promise.all([call(), call()])).toEqual([outcome, outcome]);
  expect(opened).toBe(outcome === 'next' ? 1 : 0);
});

test('where no other can be opened, that is what is told', async () => {
  const aws = outliving(await ended(), () => Promise.reject(new Error('there is no state')));
  await expect(aws.whoAmI()).rejects.toThrow('there is no state');
});
