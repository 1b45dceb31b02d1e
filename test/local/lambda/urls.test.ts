// Function URLs: what a function sees of an HTTP request, what the caller gets, and who may call.
import { beforeEach, describe, expect, test } from '@jest/globals';
import { call, closeAfterEach, create, open } from './functions.ts';

closeAfterEach();
const program = `export const handler = async (event) => {
  if (event.rawPath === '/breaks') throw new Error('broken');
  if (event.rawPath === '/says') return JSON.parse(event.body);
  if (event.rawPath === '/plain') return { seen: event };
  return { statusCode: 202, headers: { 'X-Own': 'yes' }, body: JSON.stringify(event) };
};`;
const signature =
  'AWS4-HMAC-SHA256 Credential=AKIATEST/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0';
const signed = { authorization: signature };
let url: string;
beforeEach(async () => {
  await open();
  await create('front', program);
  url = String((await call('CreateFunctionUrlConfig', { FunctionName: 'front', AuthType: 'AWS_IAM' })).FunctionUrl);
});

describe('a signed request', () => {
  test('is an event of format 2.0, and its answer is what the function says', async () => {
    const headers = { ...signed, 'content-type': 'application/json' };
    const answer = await fetch(`${url}a/b?x=1&y=2&x=3`, { method: 'POST', headers, body: '{"day":"mon"}' });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('x-own')).toBe('yes');
    expect(await answer.json()).toMatchObject({
      version: '2.0',
      rawPath: '/a/b',
      rawQueryString: 'x=1&y=2&x=3',
      queryStringParameters: { x: '1,3', y: '2' },
      body: '{"day":"mon"}',
      isBase64Encoded: false,
      requestContext: {
        http: { method: 'POST', path: '/a/b' },
        authorizer: { iam: { accessKey: 'AKIATEST', userArn: 'arn:aws:iam::123456789012:root' } },
      },
    });
  });

  test('with bytes is told so; what has no status code is the body; an error is a 502', async () => {
    const headers = { ...signed, 'content-type': 'application/octet-stream' };
    const plain = await fetch(`${url}plain`, { method: 'POST', headers, body: new Uint8Array([255, 0]) });
    expect(plain.status).toBe(200);
    expect(await plain.json()).toMatchObject({ seen: { body: '/wA=', isBase64Encoded: true } });
    expect((await fetch(`${url}breaks`, { headers: signed })).status).toBe(502);
  });
});

// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
test('a form comes in base64', async () => {
  const headers = { ...signed, 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await fetch(`${url}form`, { method: 'POST', headers, body: 'a=1' });
  expect(await answer.json()).toMatchObject({ body: 'YT0x', isBase64Encoded: true });
});

test.each([
  ['no status', { statusCode: 'fine' }, 502],
  ['a status that HTTP has not', { statusCode: 42 }, 502],
  ['a header that is none', { statusCode: 200, headers: { 'a b': 'c' } }, 502],
  ['a header of two lines', { statusCode: 200, headers: { a: 'b\nc' } }, 502],
  ['no headers', { statusCode: 201, headers: null, body: 'made' }, 201],
])('an answer with %s', async (_, says, status) => {
  const headers = { ...signed, 'content-type': 'application/json' };
  const answer = await fetch(`${url}says`, { method: 'POST', headers, body: JSON.stringify(says) });
  expect(answer.status).toBe(status);
});

test('an unsigned request is refused, and a URL that is not there, or any more', async () => {
  const unsigned = await fetch(url);
  expect([unsigned.status, await unsigned.json()]).toEqual([403, { Message: 'Forbidden' }]);
  expect((await fetch(url.replace('front', 'back'), { headers: signed })).status).toBe(404);
  await call('CreateFunctionUrlConfig', { FunctionName: 'front', AuthType: 'NONE' });
  expect((await fetch(url)).status).toBe(202);
  await call('DeleteFunctionUrlConfig', { FunctionName: 'front' });
  expect((await fetch(url, { headers: signed })).status).toBe(404);
});

test('a page of another origin is refused before all else', async () => {
  expect((await fetch(url, { headers: { ...signed, origin: 'https://evil.example' } })).status).toBe(403);
});

test.each([
  ['a way in that AWS has not', { AuthType: 'OPEN' }, 'AuthType OPEN is not AWS_IAM or NONE'],
  ['a stream', { AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' }, 'has no InvokeMode RESPONSE_STREAM'],
])('%s is refused by name', async (_, settings, message) => {
  await expect(call('CreateFunctionUrlConfig', { FunctionName: 'front', ...settings })).rejects.toThrow(message);
});
