// API destinations: endpoints that events are posted to, as often as they say.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
import { isLoopbackUrl } from '../../../support/loopback.ts';
import { TokenBucket } from '../../../support/token-bucket.ts';
import { parseArn } from '../../arn.ts';
import type { Delivery } from '../../delivery/index.ts';
import { isShape } from '../../field-reader.ts';
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, type EngineContext, type Service, type Shape } from '../../service.ts';
import { type Connections, openConnections } from './connections.ts';
import { namedResources } from './named-resources.ts';
import { read } from './rule.ts';

type Destination = {
  readonly connectionArn: string;
  readonly endpoint: string;
  readonly method: string;
  readonly perSecond: number;
};

export interface ApiDestinations {
  readonly operations: OperationTable;
  /** The milliseconds that a delivery has to wait for its turn, which it has then. */
  pace(delivery: Delivery): number;
}

const METHODS = ['POST', 'GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'];
const DEFAULT_PER_SECOND = 300;
const TIMEOUT_MS = 5_000;
/** What AWS tries again, besides 5xx. */
const PASSING = [401, 407, 409, 429];

export const isApiDestination = (arn: string): boolean =>
  parseArn(arn)?.resource.startsWith('api-destination/') ?? false;

/** What posts `body`: an operation of the engine's own, so that it is a delivery like any other. */
export const postTo = (arn: string, body: string): Pick<Delivery, 'service' | 'operation' | 'input'> => ({
  service: 'eventbridge',
  operation: 'InvokeApiDestination',
  input: { Arn: arn, Body: body },
});

const settingsOf = (connections: Connections, input: Shape, before: Destination | undefined): Destination => {
  const said = (field: string, stays: string | undefined): string =>
    read.optionalText(input, field) ?? stays ?? read.text(input, field);
  const method = said('HttpMethod', before?.method);
  if (!METHODS.includes(method)) throw new AwsError('ValidationException', `HttpMethod ${method} is not valid.`);
  const endpoint = said('InvocationEndpoint', before?.endpoint);
  if (!/^https?:$/.test(URL.parse(endpoint)?.protocol ?? ''))
    throw new AwsError('ValidationException', `InvocationEndpoint ${endpoint} is not valid.`);
  const perSecond =
    read.optionalNumber(input, 'InvocationRateLimitPerSecond') ?? before?.perSecond ?? DEFAULT_PER_SECOND;
  if (perSecond < 1) throw new AwsError('ValidationException', 'InvocationRateLimitPerSecond must be 1 or more.');
  const connectionArn = said('ConnectionArn', before?.connectionArn);
  if (!connections.find(connectionArn))
    throw new AwsError('ResourceNotFoundException', `Connection ${connectionArn} does not exist.`);
  return { connectionArn, endpoint, method, perSecond };
};

/** The API destinations with their connections. */
export const apiDestinations = (context: EngineContext): ApiDestinations => {
  const connections = openConnections(context);
  const all = namedResources<Destination>(context, {
    what: 'ApiDestination',
    state: 'ACTIVE',
    table: 'eventbridge_api_destinations',
    settingsOf: (input, before) => settingsOf(connections, input, before),
    listed: ({ connectionArn, endpoint, method, perSecond }) => ({
      ConnectionArn: connectionArn,
      InvocationEndpoint: endpoint,
      HttpMethod: method,
      InvocationRateLimitPerSecond: perSecond,
    }),
  });
  /** By destination and rate: another rate begins anew. */
  const buckets = new Map<string, TokenBucket>();

  const post = async (input: Shape): Promise<Shape> => {
    const destination = all.find(input.Arn);
    const connection = connections.find(destination?.connectionArn);
    if (!destination || !connection)
      throw new AwsError('ResourceNotFoundException', `ApiDestination ${input.Arn} or its connection does not exist.`);
    const { endpoint, method } = destination;
    if (!isLoopbackUrl(endpoint)) throw tooFar(endpoint);
    const [name, value] = connection.header;
    let response: Response;
    try {
      response = await fetch(endpoint, {
        method,
        headers: {
          'Content-Type': 'application/json; charset=utf-8',
          'User-Agent': 'Amazon/EventBridge/ApiDestinations',
          [name]: value,
        },
        ...(method === 'GET' || method === 'HEAD' ? {} : { body: String(input.Body) }),
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.body?.cancel();
    } catch (error) {
      const why = error instanceof Error ? (error.cause instanceof Error ? error.cause : error).message : String(error);
      throw new AwsError('ServiceException', `${endpoint} could not be reached: ${why}`, 502);
    }
    if (response.ok) return {};
    const { status } = response;
    const code = status === 429 ? 'ThrottlingException' : 'ApiDestinationException';
    throw new AwsError(code, `${method} ${endpoint} was answered with ${status}`, status, {
      retryable: status >= 500 || PASSING.includes(status),
    });
  };

  return {
    pace: ({ operation, input: { Arn } }) => {
      const destination = operation === 'InvokeApiDestination' ? all.find(Arn) : undefined;
      if (!destination) return 0;
      const { arn, perSecond } = destination;
      const key = `${arn} ${perSecond}`;
      const now = context.clock.now() / 1_000;
      const bucket = buckets.get(key) ?? new TokenBucket(perSecond, perSecond, now);
      buckets.set(key, bucket);
      return Math.ceil(bucket.reserve(now) * 1_000);
    },
    operations: { ...connections.operations, ...all.operations, InvokeApiDestination: post },
  };
};

/** What is made up on this machine must not get among what is true elsewhere. */
const tooFar = (endpoint: string): AwsError =>
  new AwsError('NotImplemented', `HDL501 the local engine posts to this machine only, not to ${endpoint}`, 501);

/** API destinations that nothing is posted to, since that would leave this machine: one line each. */
export const farDestinations = async (eventbridge: Service): Promise<readonly string[]> => {
  const all: Shape[] = [];
  let token: unknown;
  do {
    const { ApiDestinations, NextToken } = await eventbridge.call('ListApiDestinations', { NextToken: token });
    if (Array.isArray(ApiDestinations)) all.push(...ApiDestinations.filter(isShape));
    token = NextToken;
  } while (token !== undefined);
  return all
    .filter(({ InvocationEndpoint }) => !isLoopbackUrl(String(InvocationEndpoint)))
    .map(
      ({ Name, HttpMethod, InvocationEndpoint }) =>
        `${Name}: ${HttpMethod} ${InvocationEndpoint} is not made; name an endpoint of this machine to have it here`,
    );
};
