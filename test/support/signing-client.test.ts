// The signatures are those of aws4fetch, byte for byte.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AwsClient } from 'aws4fetch';
import { type SignedRequest, SigningClient } from '../../lib/support/signing-client.ts';

const key = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret', region: 'eu-west-1' };
const datetime = '20260101T000000Z';
const bucket = 'https://inbox.s3.eu-west-1.amazonaws.com';
test.each<[string, string, SignedRequest]>([
  [
    'a call with a body',
    'https://dynamodb.eu-west-1.amazonaws.com/',
    {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem' },
      body: '{"ü":1}',
      aws: { service: 'dynamodb' },
    },
  ],
  ['an object, read', `${bucket}/a%20b/c`, { method: 'GET', aws: { service: 's3' } }],
  ['bytes, written', `${bucket}/c`, { method: 'PUT', body: new Uint8Array([1, 255]), aws: { service: 's3' } }],
  ['a list', `${bucket}/?list-type=2&prefix=a%2Fb`, { method: 'GET', aws: { service: 's3' } }],
])('%s', async (_, url, init) => {
  for (const sessionToken of [undefined, 'token']) {
    const given = { ...init, aws: { ...init?.aws, datetime } };
    const who = { ...key, ...(sessionToken ? { sessionToken } : {}) };
    const theirs = await new AwsClient(who).sign(url, given);
    const ours = await new SigningClient(who).sign(url, given);
    expect(ours.headers.get('authorization')).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIATEST\/20260101\/eu-west-1\//);
    // What fetch adds for the kind of the body.
    const sent = [...theirs.headers].filter(([name]) => name !== 'content-type' || ours.headers.has(name));
    expect([...ours.headers]).toEqual(sent);
    expect([String(ours.url), ours.method]).toEqual([theirs.url, theirs.method]);
  }
});

describe('a connection that ends before the answer', () => {
  let sent = 0;
  const server = createServer((incoming, outgoing) => {
    sent += 1;
    if (sent <= 2) incoming.socket.destroy();
    else outgoing.end('fine');
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void server.close());
  const call = (retries: number): Promise<Response> => {
    sent = 0;
    const { port } = server.address() as AddressInfo;
    const client = new SigningClient({ ...key, retries });
    return client.fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}', aws: { service: 'dynamodb' } });
  };

  test('has the request sent again', async () => {
    const response = await call(10);
    expect([await response.text(), sent]).toEqual(['fine', 3]);
  });

  test('is told where a request may be sent once only', async () => {
    await expect(call(0)).rejects.toThrow('fetch failed');
    expect(sent).toBe(1);
  });
});
