import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeCbor, encodeCbor } from '../../../lib/local/server/cbor.ts';
import { startServer } from '../../../lib/local/server/index.ts';
import { childText, parseXml } from '../../../lib/local/server/xml.ts';
import { AwsError, type Service, type ServiceId, type Shape } from '../../../lib/local/service.ts';
import { sqsService } from '../../../lib/local/services/sqs/index.ts';
import { stsService } from '../../../lib/local/services/sts/index.ts';
import { type Served, serve } from './serve.ts';

// A service that says what it was asked: the protocols are the subject here, not the services.
const echo = (id: ServiceId) => (): Service => ({
  id,
  call: async (operation, input): Promise<Shape> => {
    if (operation === 'Fail') throw new AwsError('ResourceNotFound', 'no such alarm', 404);
    return { operation, input, StartTime: 1_700_000_000, Names: ['a', 'b'] };
  },
});

let served: Served;
beforeAll(async () => {
  served = await serve({ make: [sqsService, stsService, echo('cloudwatch'), echo('s3'), echo('lambda')] });
});
afterAll(() => served.close());

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

// fetch would not send a foreign Host header
const send = ({ method = 'POST', path = '/', headers = {}, body }: Sent): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const outgoing = request(`${served.endpoint}${path}`, { method, headers: { ...headers } }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode, headers: incoming.headers, body: Buffer.concat(chunks) }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });

const signed = (scope: string): Record<string, string> => ({
  authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${scope}/aws4_request, SignedHeaders=host, Signature=0`,
});
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const json = (answer: Answer): Shape => JSON.parse(answer.body.toString());

test('a service is told that the client has gone', async () => {
  const asked = Promise.withResolvers<AbortSignal | undefined>();
  const waits = (): Service => ({
    id: 'ssm',
    call: (_operation, _input, gone) => {
      asked.resolve(gone);
      return new Promise(() => undefined);
    },
  });
  const own = await serve({ make: [waits] });
  const outgoing = request(own.endpoint, { method: 'POST', headers: { 'x-amz-target': 'AmazonSSM.GetParameter' } });
  outgoing.on('error', () => undefined); // that it was cut off
  outgoing.end('{}');
  const gone = await asked.promise;
  outgoing.destroy();
  await new Promise<void>((resolve) => gone?.addEventListener('abort', () => resolve()));
  await own.close();
});

describe('who may ask', () => {
  const cases = [
    { name: 'the loopback address', headers: {}, status: 200 },
    { name: 'localhost', headers: { host: 'localhost:1' }, status: 200 },
    { name: 'a bucket of localhost', headers: { host: 'bucket.localhost:1' }, status: 200 },
    { name: 'a page of this machine', headers: { origin: 'http://localhost:3000' }, status: 200 },
    { name: 'what StartSyncExecution goes to', headers: { host: 'sync-states.localhost:1' }, status: 200 },
    { name: 'a foreign host name (DNS rebinding)', headers: { host: 'evil.example' }, status: 403 },
    { name: 'a name that only starts like loopback', headers: { host: 'localhost.evil.example' }, status: 403 },
    { name: 'a foreign page', headers: { origin: 'https://evil.example' }, status: 403 },
    { name: 'a page without an origin of its own', headers: { origin: 'null' }, status: 403 },
    { name: 'an image of a foreign page', headers: { 'sec-fetch-site': 'cross-site' }, status: 403 },
    { name: 'an image of a page of this machine', headers: { 'sec-fetch-site': 'same-site' }, status: 200 },
    {
      name: 'a script of a page of this machine by another name',
      headers: { 'sec-fetch-site': 'cross-site', origin: 'http://localhost:3000' },
      status: 200,
    },
  ];
  test.each([
    ['a link to the URL of a function, even one that is no text', 'document', 400],
    ['an image of a foreign page that calls a function', 'image', 403],
  ])('%s', async (_name, dest, status) => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': dest };
    expect((await send({ method: 'GET', path: '/_heddle/url/%E0%A4%A/', headers })).status).toBe(status);
  });
  test.each(cases)('$name: $status', async ({ headers, status }) => {
    const answer = await send({ method: 'GET', path: '/_heddle/health', headers });
    expect(answer.status).toBe(status);
    if (status === 403)
      expect(json(answer).message).toMatch(/^HDL506 (?:Host|Origin|Sec-Fetch-Site) header .+; expected .+ Fix: /);
    else expect(json(answer)).toEqual({ status: 'ok', services: ['sqs', 'sts', 'cloudwatch', 's3', 'lambda'] });
  });
});

describe('what the engine lacks is refused by name', () => {
  const target = (name: string) => ({ 'x-amz-target': name, 'content-type': 'application/x-amz-json-1.1' });
  const cases = [
    { name: 'an operation', headers: target('AmazonSQS.AddPermission'), says: 'sqs:AddPermission' },
    { name: 'a service that it could run', headers: target('AmazonSSM.GetParameter'), says: 'ssm:GetParameter' },
    {
      name: 'a service that it does not know',
      headers: target('TrentService.ListKeys'),
      says: 'TrentService:ListKeys',
    },
    { name: 'a target without a service', headers: target('Rubbish'), says: 'Rubbish:' },
    { name: 'a target that every object has', headers: target('constructor.Call'), says: 'constructor:Call' },
    {
      name: 'a query service',
      headers: { ...signed('ec2'), ...form },
      body: 'Action=DescribeInstances&Version=1',
      says: 'ec2:DescribeInstances',
    },
    { name: 'a REST path', headers: signed('lambda'), says: 'lambda:POST /' },
    { name: 'a part of S3', headers: signed('s3'), path: '/b?acl', says: 's3:POST of a bucket ?acl' },
  ];
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
  test.each([
    ['GET', '/b/k?tagging', 'GetObjectTagging'],
    ['PUT', '/b?versioning', 'PutBucketVersioning'],
    ['DELETE', '/b?lifecycle', 'DeleteBucketLifecycle'],
    ['GET', '/b?versions&prefix=a', 'ListObjectVersions'],
    ['GET', '/b/k?uploadId=u', 'ListParts'],
    ['POST', '/b/k?select&select-type=2', 'SelectObjectContent'],
    ['HEAD', '/b/k?partNumber=1', 'HeadObject with ?partNumber'],
    ['DELETE', '/b/k?versionId=v', 'DeleteObject with ?versionId'],
    ['GET', '/b?constructor', 'GET of a bucket ?constructor'],
  ])('%s %s', async (method, path, name) => {
    const answer = await send({ method, path, headers: signed('s3') });
    expect(answer.status).toBe(501);
    if (method !== 'HEAD') expect(answer.body.toString()).toContain(`does not implement s3:${name}<`);
  });
  test.each(cases)('$name', async ({ headers, body = '{}', path = '/', says }) => {
    const answer = await send({ headers, body, path });
    expect(answer.status).toBe(501);
    expect(answer.body.toString()).toContain(`HDL501 the local engine does not implement ${says}`);
  });

  test('a request that addresses nobody', async () => {
    const answer = await send({ method: 'GET' });
    expect(answer.status).toBe(403);
    expect(json(answer)).toMatchObject({ __type: 'MissingAuthenticationToken' });
    expect(json(answer).message).toContain('HDL507 nothing in GET / says which AWS service it is for');
  });
});

describe('errors in the shape of each protocol', () => {
  test('JSON, with the code that older SQS clients know', async () => {
    const headers = { 'x-amz-target': 'AmazonSQS.GetQueueUrl', 'content-type': 'application/x-amz-json-1.0' };
    const answer = await send({ headers, body: '{"QueueName":"none"}' });
    expect(answer.status).toBe(400);
    expect(json(answer).__type).toBe('QueueDoesNotExist');
    expect(answer.headers['x-amzn-query-error']).toBe('AWS.SimpleQueueService.NonExistentQueue;Sender');
    expect(answer.headers['x-amzn-requestid']).toEqual(expect.any(String));
  });

  test('a body that is not JSON', async () => {
    const headers = { 'x-amz-target': 'AmazonSQS.GetQueueUrl', 'content-type': 'application/x-amz-json-1.0' };
    expect(json(await send({ headers, body: '{"Queue' })).__type).toBe('SerializationException');
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html: what AWS CLI 1 presigns
  test('a signature of the older kind is one for S3', async () => {
    const answer = await send({ method: 'GET', path: '/bucket/key?AWSAccessKeyId=a&Signature=b&Expires=1' });
    expect([answer.status, answer.body.toString()]).toEqual([200, '']);
    const headers = { authorization: 'AWS a:b' };
    expect((await send({ method: 'GET', path: '/bucket/key', headers })).status).toBe(200);
  });

  test.each([
    ['an object of S3', { path: '/bucket/%E0%A4%A', headers: signed('s3') }],
    ['a function', { path: '/2015-03-31/functions/%E0%A4%A/invocations', headers: signed('lambda') }],
    ['the URL of a function', { path: '/_heddle/url/%E0%A4%A/' }],
  ])('a path that is no text: %s', async (_name, sent) => {
    const answer = await send(sent);
    expect(answer.status).toBe(400);
    expect(answer.body.toString()).toContain('InvalidURI');
  });

  test('a body that is nested too deeply', async () => {
    const headers = { 'smithy-protocol': 'rpc-v2-cbor' };
    const body = Buffer.alloc(50_000, 0x81); // a list of a list of a list
    const answer = await send({ path: '/service/GraniteServiceVersion20100801/operation/Echo', headers, body });
    expect(answer.status).toBe(400);
    expect(decodeCbor(answer.body)).toMatchObject({ __type: 'SerializationException' });
  });

  test('query: XML', async () => {
    const answer = await send({ headers: { ...signed('monitoring'), ...form }, body: 'Action=Fail' });
    expect(answer.status).toBe(404);
    const [error] = parseXml(answer.body.toString()).children;
    expect(error && childText(error, 'Code')).toBe('ResourceNotFound');
  });

  test('CBOR', async () => {
    const headers = { 'smithy-protocol': 'rpc-v2-cbor', ...signed('monitoring') };
    const answer = await send({ path: '/service/GraniteServiceVersion20100801/operation/Fail', headers });
    expect(answer.status).toBe(404);
    expect(decodeCbor(answer.body)).toEqual({ __type: 'ResourceNotFound', message: 'no such alarm' });
  });
});

describe('calls', () => {
  // https://docs.aws.amazon.com/sdkref/latest/guide/feature-compression.html
  test('a body that the client packed', async () => {
    const headers = { 'x-amz-target': 'GraniteServiceVersion20100801.Echo', 'content-encoding': 'gzip' };
    expect(json(await send({ headers, body: gzipSync('{"a":1}') })).input).toEqual({ a: 1 });
    const answer = await send({ headers, body: '{"a":1}' });
    expect(answer.status).toBe(400);
    expect(json(answer).__type).toBe('SerializationException');
    const huge = await send({ headers, body: gzipSync(Buffer.alloc(64 * 1024 * 1024 + 1), { level: 1 }) });
    expect([huge.status, json(huge)]).toEqual([
      413,
      { __type: 'RequestEntityTooLarge', message: 'the body has more than 67108864 bytes once it is unpacked' },
    ]);
  });

  test('query: lists, maps and nested fields come in, XML goes out', async () => {
    const body =
      'Action=Echo&Version=2010-08-01&L.member.2=b&L.member.1=a&Attributes.entry.1.key=k&Attributes.entry.1.value=v' +
      '&M.member.1.Name=n&M.member.1.Value=1';
    const answer = await send({ headers: { ...signed('monitoring'), ...form }, body });
    const text = answer.body.toString();
    expect(text).toContain('<L><member>a</member><member>b</member></L>');
    expect(text).toContain('<Attributes><entry><key>k</key><value>v</value></entry></Attributes>');
    expect(text).toContain('<M><member><Name>n</Name><Value>1</Value></member></M>');
    expect(text).toContain('<StartTime>2023-11-14T22:13:20.000Z</StartTime>');
  });

  test('query: STS', async () => {
    const answer = await send({ headers: { ...signed('sts'), ...form }, body: 'Action=GetCallerIdentity' });
    expect(answer.body.toString()).toContain('<Account>123456789012</Account>');
  });

  test('CBOR: the same values as JSON, times tagged', async () => {
    const input = { text: 'é', number: -3, big: 2 ** 40, half: 1.5, list: [true, false], nested: { a: 'b' } };
    const answer = await send({
      path: '/service/GraniteServiceVersion20100801/operation/Echo',
      headers: { 'smithy-protocol': 'rpc-v2-cbor' },
      body: encodeCbor(input, () => false),
    });
    expect(decodeCbor(answer.body)).toEqual({
      operation: 'Echo',
      input,
      StartTime: 1_700_000_000,
      Names: ['a', 'b'],
    });
    expect(answer.body.includes(Buffer.from([0xc1, 0xfb]))).toBe(true);
  });
});

describe('CBOR that others write', () => {
  const cases = [
    { name: 'indefinite map and list', hex: 'bf6161 9f0102ff ff', value: { a: [1, 2] } },
    { name: 'indefinite text', hex: '7f 6161 6162 ff', value: 'ab' },
    { name: 'half and single floats', hex: '82 f93e00 fa3fc00000', value: [1.5, 1.5] },
    { name: 'tagged time', hex: 'c1 1a6553f100', value: 1_700_000_000 },
    { name: 'one, two and four byte numbers', hex: '83 18ff 19ffff 1affffffff', value: [255, 65_535, 4_294_967_295] },
    { name: 'null', hex: 'a1 6161 f6', value: { a: undefined } },
  ];
  test.each(cases)('$name', ({ hex, value }) => {
    expect(decodeCbor(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toEqual(value);
  });

  test('too short', () => {
    expect(() => decodeCbor(Buffer.from('6261', 'hex'))).toThrow('CBOR ends too soon');
  });
});

test('a body that is too large is told so', async () => {
  const server = await startServer({ port: 0, services: new Map(), mostBodyBytes: 1_000_000 });
  try {
    const answer = await fetch(server.endpoint, { method: 'POST', body: 'x'.repeat(9_000_000) });
    expect([answer.status, await answer.text()]).toEqual([
      413,
      'the local engine takes at most 1000000 bytes in one request',
    ]);
  } finally {
    await server.close();
  }
});

test.each([
  [
    'that does not end',
    { longestBodyMs: 20 },
    ['x'],
    408,
    'waits at most 0.02 seconds for the body of a request to end',
  ],
  ['without an end, too large', { mostBodyBytes: 10 }, ['x'.repeat(21)], 413, 'takes at most 10 bytes in one request'],
])('a body %s is answered, and its connection closed', async (_which, options, chunks, status, told) => {
  const server = await startServer({ port: 0, services: new Map(), ...options });
  const outgoing = request(server.endpoint, { method: 'POST' });
  try {
    for (const chunk of chunks) outgoing.write(chunk);
    const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.once('response', resolve);
      outgoing.once('error', reject);
    });
    const closed = new Promise<void>((resolve) => incoming.socket.once('close', () => resolve()));
    expect([incoming.statusCode, await text(incoming)]).toEqual([status, `the local engine ${told}`]);
    await closed;
  } finally {
    outgoing.destroy();
    await server.close();
  }
});

test('a taken port is one clear message', async () => {
  const port = Number(new URL(served.endpoint).port);
  await expect(startServer({ port, services: new Map() })).rejects.toThrow(
    `HDL502 port ${port} is in use; expected a free port on 127.0.0.1. Fix: stop what listens there, or pass another ` +
      'port (0 takes any free one).',
  );
});
