// What an endpoint on this machine gets from an API destination, and what becomes of what it does not take.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/index.ts';
import { farDestinations } from '../../../lib/local/services/eventbridge/index.ts';
import { type ManualClock, manualClock } from '../manual-clock.ts';
import { servicesOf, type TestServices } from '../services-of.ts';

interface Taken {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let clock: ManualClock;
let services: TestServices;
let taken: Taken[];
/** What it answers, call by call; then 200. */
let answers: number[];
const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const { method, url, headers } = request;
    taken.push({ method, url, headers, body: Buffer.concat(pieces).toString() });
    response.writeHead(answers.shift() ?? 200).end();
  });
});

beforeEach(async () => {
  clock = manualClock('2026-11-24T10:00:00Z');
  services = await servicesOf(clock);
  [taken, answers] = [[], []];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await services.close();
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
});

const call = (operation: string, input: Shape) => services.call('eventbridge', operation, input);
const here = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/lineage`;
const apiKey = {
  AuthorizationType: 'API_KEY',
  AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: 'x-api-key', ApiKeyValue: 'secret' } },
};
const put = () => call('PutEvents', { Entries: [{ Source: 'shop', DetailType: 'sale', Detail: '{"n":1}' }] });

/** A rule that posts the details of events, with a dead-letter queue whose URL it gives. */
const posting = async (more: Shape = {}, authorization: Shape = apiKey, RetryPolicy: Shape = {}): Promise<string> => {
  const { ConnectionArn } = await call('CreateConnection', { Name: 'c', ...authorization });
  const { ApiDestinationArn } = await call('CreateApiDestination', {
    Name: 'd',
    ConnectionArn,
    InvocationEndpoint: here(),
    HttpMethod: 'POST',
    ...more,
  });
  const dead = await services.queue('dead');
  await call('PutRule', { Name: 'r', EventPattern: '{"source":["shop"]}' });
  const DeadLetterConfig = { Arn: dead.arn };
  const Targets = [{ Id: '1', Arn: ApiDestinationArn, InputPath: '$.detail', RetryPolicy, DeadLetterConfig }];
  await call('PutTargets', { Rule: 'r', Targets });
  return dead.url;
};
const deadOn = async (url: string) =>
  (await services.drain(url)).map(({ MessageAttributes }) => {
    const told = MessageAttributes as { readonly [name: string]: { readonly StringValue: string } };
    return [told.ERROR_CODE?.StringValue, told.ERROR_MESSAGE?.StringValue, told.RETRY_ATTEMPTS?.StringValue];
  });

test('an event is posted with the API key, which nobody is shown', async () => {
  await posting();
  await put();
  await clock.settle();
  expect(taken).toMatchObject([
    {
      method: 'POST',
      url: '/v1/lineage',
      headers: { 'x-api-key': 'secret', 'content-type': 'application/json; charset=utf-8' },
      body: '{"n":1}',
    },
  ]);
  const shown = await call('DescribeConnection', { Name: 'c' });
  expect(shown.AuthParameters).toEqual({ ApiKeyAuthParameters: { ApiKeyName: 'x-api-key' } });
});

test('or with a password', async () => {
  const BasicAuthParameters = { Username: 'me', Password: 'secret' };
  await posting({}, { AuthorizationType: 'BASIC', AuthParameters: { BasicAuthParameters } });
  await put();
  await clock.settle();
  expect(taken[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`);
});

test('as often as the destination says, the others in their order', async () => {
  await posting({ InvocationRateLimitPerSecond: 2 });
  for (let event = 0; event < 5; event++) await put();
  await clock.settle();
  expect(taken).toHaveLength(2);
  await clock.advance(500);
  expect(taken).toHaveLength(3);
  await clock.advance(1_000);
  expect(taken).toHaveLength(5);
});

test('what was answered with 503, 429 or 401 is posted again', async () => {
  answers = [503, 429, 401];
  const dead = await posting();
  await put();
  await clock.advance(60_000);
  expect([taken.length, await deadOn(dead)]).toEqual([4, []]);
});

test('what is refused, or not taken in all its tries, is a dead letter', async () => {
  answers = [404, 500, 500];
  const dead = await posting({}, apiKey, { MaximumRetryAttempts: 1 });
  await put();
  await clock.settle();
  await put();
  await clock.advance(60_000);
  expect(await deadOn(dead)).toEqual([
    ['SDK_CLIENT_ERROR', `POST ${here()} was answered with 404`, '0'],
    ['ERROR_FROM_TARGET', `POST ${here()} was answered with 500`, '1'],
  ]);
});

test('nothing leaves this machine: it is a dead letter at once, and told of', async () => {
  const dead = await posting({ InvocationEndpoint: 'https://lineage.example.org/v1' });
  await put();
  await clock.settle();
  const why = 'HDL501 the local engine posts to this machine only, not to https://lineage.example.org/v1';
  expect(await deadOn(dead)).toEqual([['ERROR_FROM_TARGET', why, '0']]);
  expect(await farDestinations(services.context.service('eventbridge'))).toEqual([
    'd: POST https://lineage.example.org/v1 is not made; name an endpoint of this machine to have it here',
  ]);
});

test('what an update does not say stays; a connection that is gone is a dead letter', async () => {
  const dead = await posting();
  await call('UpdateApiDestination', { Name: 'd', HttpMethod: 'PUT' });
  await call('UpdateConnection', { Name: 'c' });
  await put();
  await clock.settle();
  expect(taken).toMatchObject([{ method: 'PUT', url: '/v1/lineage', headers: { 'x-api-key': 'secret' } }]);
  expect((await call('ListConnections', { NamePrefix: 'x' })).Connections).toEqual([]);
  await call('DeleteConnection', { Name: 'c' });
  await put();
  await clock.settle();
  expect(await deadOn(dead)).toEqual([['NO_RESOURCE', expect.stringContaining('does not exist'), '0']]);
});

test('what it does not have is refused by name', async () => {
  const refused = { Name: 'o', AuthorizationType: 'OAUTH_CLIENT_CREDENTIALS', AuthParameters: {} };
  await expect(call('CreateConnection', refused)).rejects.toThrow(
    'HDL501 the local engine does not implement eventbridge connections with OAUTH_CLIENT_CREDENTIALS',
  );
  const more = { ...apiKey.AuthParameters, InvocationHttpParameters: {} };
  await expect(call('CreateConnection', { Name: 'm', ...apiKey, AuthParameters: more })).rejects.toThrow(
    'connections with AuthParameters.InvocationHttpParameters',
  );
});
