// What functions in this process get without a socket is what others get over one.
import { expect, test } from '@jest/globals';
import { directFetch } from '../../../lib/local/server/direct.ts';
import { startServer } from '../../../lib/local/server/index.ts';

const told = async (response: Response | undefined) => ({
  status: response?.status,
  type: response?.headers.get('content-type'),
  body: await response?.text(),
});

test.each<[string, string, RequestInit]>([
  ['its health', '/_heddle/health', {}],
  ['a call of no service', '/', { method: 'POST', body: '{}' }],
  ['one that the engine does not run', '/', { method: 'POST', headers: { 'X-Amz-Target': 'AmazonSQS.ListQueues' } }],
  ['bytes', '/', { method: 'POST', body: new Uint8Array([123, 125]) }],
])('%s', async (_, path, init) => {
  const server = await startServer({ port: 0, services: new Map() });
  const url = `${server.endpoint}${path}`;
  expect(await told(await server.fetch(url, init))).toEqual(await told(await fetch(url, init)));
  await server.close();
});

const never = directFetch('http://127.0.0.1:1', () => new Promise(() => undefined));

test('what needs a socket gets one', () => {
  expect(never('http://127.0.0.1:12/', {})).toBeUndefined();
  expect(never('http://127.0.0.1:1/', { method: 'PUT', body: new Blob(['x']) })).toBeUndefined();
  expect(never('http://127.0.0.1:1/', { signal: AbortSignal.abort() })).toBeUndefined();
});

test('a call that is given up ends', async () => {
  const control = new AbortController();
  const asked = never('http://127.0.0.1:1/', { signal: control.signal });
  control.abort(new Error('enough'));
  await expect(asked).rejects.toThrow('enough');
});
