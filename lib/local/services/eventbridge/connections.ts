// Connections: how an API destination says who posts.
import { isShape } from '../../field-reader.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { type NamedResources, namedResources } from './named-resources.ts';
import { read } from './rule.ts';

type Connection = {
  readonly type: 'API_KEY' | 'BASIC';
  /** The header that says who posts, as it is sent. */
  readonly header: readonly [name: string, value: string];
  /** Who that is, without what is secret: as DescribeConnection gives it. */
  readonly shown: Shape;
};

export type Connections = NamedResources<Connection>;

const notRun = (what: string): AwsError =>
  new AwsError(
    'NotImplemented',
    `HDL501 the local engine does not implement eventbridge connections with ${what}`,
    501,
  );

const settingsOf = (input: Shape, before: Connection | undefined): Connection => {
  const type = before
    ? (read.optionalText(input, 'AuthorizationType') ?? before.type)
    : read.text(input, 'AuthorizationType');
  if (type !== 'API_KEY' && type !== 'BASIC') throw notRun(type);
  if (before?.type === type && input.AuthParameters === undefined) return before;
  const { ApiKeyAuthParameters, BasicAuthParameters, ...more } = read.shape(input, 'AuthParameters');
  const [unknown] = Object.keys(more).filter((field) => more[field] !== undefined);
  if (unknown !== undefined) throw notRun(`AuthParameters.${unknown}`);
  if (type === 'API_KEY' && isShape(ApiKeyAuthParameters)) {
    const ApiKeyName = read.text(ApiKeyAuthParameters, 'ApiKeyName');
    const header = [ApiKeyName, read.text(ApiKeyAuthParameters, 'ApiKeyValue')] as const;
    return { type, header, shown: { ApiKeyAuthParameters: { ApiKeyName } } };
  }
  if (type === 'BASIC' && isShape(BasicAuthParameters)) {
    const Username = read.text(BasicAuthParameters, 'Username');
    const both = Buffer.from(`${Username}:${read.text(BasicAuthParameters, 'Password')}`).toString('base64');
    return { type, header: ['Authorization', `Basic ${both}`], shown: { BasicAuthParameters: { Username } } };
  }
  throw new AwsError('ValidationException', `AuthParameters do not fit the AuthorizationType ${type}.`);
};

export const openConnections = (context: EngineContext): Connections =>
  namedResources(context, {
    what: 'Connection',
    state: 'AUTHORIZED',
    table: 'eventbridge_connections',
    settingsOf,
    listed: ({ type }) => ({ AuthorizationType: type }),
    described: ({ shown }) => ({ AuthParameters: shown }),
  });
