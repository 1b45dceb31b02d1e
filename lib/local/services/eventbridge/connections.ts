// Connections: how an API destination says who posts.
import { arnOf } from '../../arn.ts';
import { isShape } from '../../field-reader.ts';
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { type StoredMap, storedMap } from '../../stored-map.ts';
import { uuid } from '../../uuid.ts';
import { read } from './rule.ts';

export type Connection = {
  readonly name: string;
  readonly arn: string;
  readonly type: 'API_KEY' | 'BASIC';
  /** The header that says who posts, as it is sent. */
  readonly header: readonly [name: string, value: string];
  /** Who that is, without what is secret: as DescribeConnection gives it. */
  readonly shown: Shape;
  readonly madeMs: number;
  readonly changedMs: number;
};

export interface Connections {
  readonly operations: OperationTable;
  /** Throws ResourceNotFoundException. */
  find(arn: string): Connection;
}

const notRun = (what: string): AwsError =>
  new AwsError(
    'NotImplemented',
    `HDL501 the local engine does not implement eventbridge connections with ${what}`,
    501,
  );

const authorizationOf = (input: Shape): Pick<Connection, 'type' | 'header' | 'shown'> => {
  const type = read.text(input, 'AuthorizationType');
  if (type !== 'API_KEY' && type !== 'BASIC') throw notRun(type);
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

/** A resource with a name, as the operations of EventBridge find it. Throws AWS's errors. */
export const namedIn = <T>(all: StoredMap<T>, what: string, input: Shape): T => {
  const name = read.text(input, 'Name');
  const found = all.get(name);
  if (found === undefined) throw new AwsError('ResourceNotFoundException', `${what} ${name} does not exist.`);
  return found;
};

export const newIn = <T>(all: StoredMap<T>, what: string, input: Shape): string => {
  const name = read.text(input, 'Name');
  if (all.has(name)) throw new AwsError('ResourceAlreadyExistsException', `${what} ${name} already exists.`);
  return name;
};

/** CreateConnection, UpdateConnection, DescribeConnection, ListConnections, DeleteConnection. */
export const openConnections = (context: EngineContext): Connections => {
  const all = storedMap<Connection>(context.database, 'eventbridge_connections');
  const answer = ({ arn, madeMs, changedMs }: Connection): Shape => ({
    ConnectionArn: arn,
    ConnectionState: 'AUTHORIZED',
    CreationTime: madeMs / 1_000,
    LastModifiedTime: changedMs / 1_000,
  });
  const listed = (connection: Connection): Shape => ({
    ...answer(connection),
    Name: connection.name,
    AuthorizationType: connection.type,
  });
  const put = (connection: Connection): Shape => {
    all.set(connection.name, connection);
    return answer(connection);
  };
  return {
    find: (arn) => {
      const found = all.values().find((connection) => connection.arn === arn);
      if (!found) throw new AwsError('ResourceNotFoundException', `Connection ${arn} does not exist.`);
      return found;
    },
    operations: {
      CreateConnection: (input) => {
        const name = newIn(all, 'Connection', input);
        const now = context.clock.now();
        const arn = arnOf(context, 'events', `connection/${name}/${uuid(context.random)}`);
        return put({ ...authorizationOf(input), name, arn, madeMs: now, changedMs: now });
      },
      UpdateConnection: (input) =>
        put({
          ...namedIn(all, 'Connection', input),
          ...authorizationOf(input),
          changedMs: context.clock.now(),
        }),
      DescribeConnection: (input) => {
        const found = namedIn(all, 'Connection', input);
        return { ...listed(found), AuthParameters: found.shown };
      },
      ListConnections: () => ({ Connections: all.values().map(listed) }),
      DeleteConnection: (input) => {
        const found = namedIn(all, 'Connection', input);
        all.delete(found.name);
        return { ...answer(found), ConnectionState: 'DELETING' };
      },
    },
  };
};
