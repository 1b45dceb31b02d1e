// API destinations: endpoints that events are posted to, as often as they say.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
import { isLoopbackUrl } from '../../../support/loopback.ts';
import { TokenBucket } from '../../../support/token-bucket.ts';
import { arnOf, parseArn } from '../../arn.ts';
import type { Delivery } from '../../delivery/index.ts';
import { isShape } from '../../field-reader.ts';
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, type EngineContext, type Service, type Shape } from '../../service.ts';
import { storedMap } from '../../stored-map.ts';
import { uuid } from '../../uuid.ts';
import { namedIn, newIn, openConnections } from './connections.ts';
import { read } from './rule.ts';

type Destination = {
  readonly name: string;
  readonly arn: string;
  readonly connectionArn: string;
  readonly endpoint: string;
  readonly method: string;
  readonly perSecond: number;
  readonly madeMs: number;
  readonly changedMs: number;
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

/** CreateApiDestination, UpdateApiDestination, DescribeApiDestination, ListApiDestinations, DeleteApiDestination. */
export const apiDestinations = (context: EngineContext): ApiDestinations => {
  const connections = openConnections(context);
  const all = storedMap<Destination>(context.database, 'eventbridge_api_destinations');
  const buckets = new Map<string, TokenBucket>();

  const settingsOf = (input: Shape) => {
    const method = read.text(input, 'HttpMethod');
    if (!METHODS.includes(method)) throw new AwsError('ValidationException', `HttpMethod ${method} is not valid.`);
    const endpoint = read.text(input, 'InvocationEndpoint');
    if (!/^https?:$/.test(URL.parse(endpoint)?.protocol ?? ''))
      throw new AwsError('ValidationException', `InvocationEndpoint ${endpoint} is not valid.`);
    const perSecond = read.optionalNumber(input, 'InvocationRateLimitPerSecond') ?? DEFAULT_PER_SECOND;
    if (perSecond < 1) throw new AwsError('ValidationException', 'InvocationRateLimitPerSecond must be 1 or more.');
    const connectionArn = connections.find(read.text(input, 'ConnectionArn')).arn;
    return { connectionArn, endpoint, method, perSecond };
  };
  const answer = ({ arn, madeMs, changedMs }: Destination): Shape => ({
    ApiDestinationArn: arn,
    ApiDestinationState: 'ACTIVE',
    CreationTime: madeMs / 1_000,
    LastModifiedTime: changedMs / 1_000,
  });
  const shown = (destination: Destination): Shape => ({
    ...answer(destination),
    Name: destination.name,
    ConnectionArn: destination.connectionArn,
    InvocationEndpoint: destination.endpoint,
    HttpMethod: destination.method,
    InvocationRateLimitPerSecond: destination.perSecond,
  });
  const put = (destination: Destination): Shape => {
    all.set(destination.name, destination);
    buckets.delete(destination.arn);
    return answer(destination);
  };
  const withArn = (arn: unknown): Destination | undefined => all.values().find((each) => each.arn === arn);

  const post = async (input: Shape): Promise<Shape> => {
    const destination = withArn(input.Arn);
    if (!destination) throw new AwsError('ResourceNotFoundException', `ApiDestination ${input.Arn} does not exist.`);
    const { endpoint, method } = destination;
    if (!isLoopbackUrl(endpoint)) throw tooFar(endpoint);
    const [name, value] = connections.find(destination.connectionArn).header;
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
      const destination = operation === 'InvokeApiDestination' ? withArn(Arn) : undefined;
      if (!destination) return 0;
      const { arn, perSecond } = destination;
      const now = context.clock.now() / 1_000;
      const bucket = buckets.get(arn) ?? new TokenBucket(perSecond, perSecond, now);
      buckets.set(arn, bucket);
      return Math.ceil(bucket.reserve(now) * 1_000);
    },
    operations: {
      ...connections.operations,
      CreateApiDestination: (input) => {
        const name = newIn(all, 'ApiDestination', input);
        const now = context.clock.now();
        const arn = arnOf(context, 'events', `api-destination/${name}/${uuid(context.random)}`);
        return put({ ...settingsOf(input), name, arn, madeMs: now, changedMs: now });
      },
      UpdateApiDestination: (input) =>
        put({ ...namedIn(all, 'ApiDestination', input), ...settingsOf(input), changedMs: context.clock.now() }),
      DescribeApiDestination: (input) => shown(namedIn(all, 'ApiDestination', input)),
      ListApiDestinations: () => ({ ApiDestinations: all.values().map(shown) }),
      DeleteApiDestination: (input) => {
        all.delete(namedIn(all, 'ApiDestination', input).name);
        return {};
      },
      InvokeApiDestination: post,
    },
  };
};

/** What is made up on this machine must not get among what is true elsewhere. */
const tooFar = (endpoint: string): AwsError =>
  new AwsError('NotImplemented', `HDL501 the local engine posts to this machine only, not to ${endpoint}`, 501);

/** API destinations that nothing is posted to, since that would leave this machine: one line each. */
export const farDestinations = async (eventbridge: Service): Promise<readonly string[]> => {
  const { ApiDestinations } = await eventbridge.call('ListApiDestinations', {});
  return (Array.isArray(ApiDestinations) ? ApiDestinations.filter(isShape) : [])
    .filter(({ InvocationEndpoint }) => !isLoopbackUrl(String(InvocationEndpoint)))
    .map(
      ({ Name, HttpMethod, InvocationEndpoint }) =>
        `${Name}: ${HttpMethod} ${InvocationEndpoint} is not made; name an endpoint of this machine to have it here`,
    );
};
