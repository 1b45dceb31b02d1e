// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html, and API_TransactGetItems.html
import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactGetItemsCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { EngineContext } from '../../../lib/local/service.ts';
import { dynamodbService } from '../../../lib/local/services/dynamodb/index.ts';
import { virtualClock } from '../../../lib/local/virtual-clock.ts';
import { pass, type Served, serve } from '../server/serve.ts';

const TableName = 'Stock';
let served: Served;
let client: DynamoDBClient;
let database: EngineContext['database'];
beforeEach(async () => {
  const make = (context: EngineContext) => {
    ({ database } = context);
    return dynamodbService(context);
  };
  served = await serve({ make: [make], clock: virtualClock(Date.UTC(2026, 0, 1)) });
  client = new DynamoDBClient(served.client);
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: ['id', 'kind'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byKind',
          KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  for (const [id, n] of Object.entries({ a: '1', b: '2', c: '3' }))
    await client.send(new PutItemCommand({ TableName, Item: { ...key(id), n: { N: n }, kind: { S: 'old' } } }));
});
afterEach(async () => {
  client.destroy();
  await served.close();
});

const key = (id: string) => ({ id: { S: id } });
const write = (TransactItems: TransactWriteItem[], more: object = {}) =>
  client.send(new TransactWriteItemsCommand({ TransactItems, ...more }));
const numberOf = async (id: string) =>
  (await client.send(new GetItemCommand({ TableName, Key: key(id), ConsistentRead: true }))).Item?.n?.N;
const ofKind = async (kind: string) => {
  const ask = { TableName, IndexName: 'byKind', KeyConditionExpression: 'kind = :k' };
  const { Count } = await client.send(new QueryCommand({ ...ask, ExpressionAttributeValues: { ':k': { S: kind } } }));
  return Count;
};
const add = (id: string, by: string) => ({
  Update: {
    TableName,
    Key: key(id),
    UpdateExpression: 'SET n = n + :by',
    ExpressionAttributeValues: { ':by': { N: by } },
  },
});
const check = (id: string, ConditionExpression: string) => ({
  ConditionCheck: { TableName, Key: key(id), ConditionExpression },
});

describe('all of it is written', () => {
  test('a put, an update and a delete, under a check of a fourth item, which stays', async () => {
    await write([
      { Put: { TableName, Item: { ...key('d'), n: { N: '4' }, kind: { S: 'new' } } } },
      add('a', '10'),
      { Delete: { TableName, Key: key('b') } },
      check('c', 'attribute_exists(id)'),
    ]);
    expect(await Promise.all(['a', 'b', 'c', 'd'].map(numberOf))).toEqual(['11', undefined, '3', '4']);
    expect([await ofKind('old'), await ofKind('new')]).toEqual([2, 1]);
  });

  test('two updates of one text, each with its own value', async () => {
    await write([add('a', '1'), add('b', '5')]);
    expect([await numberOf('a'), await numberOf('b')]).toEqual(['2', '7']);
  });

  test('once for its token, for ten minutes', async () => {
    const once = { ClientRequestToken: 'order-7' };
    await write([add('a', '1')], once);
    await write([add('a', '1')], once);
    expect(await numberOf('a')).toBe('2');
    await expect(write([add('a', '5')], once)).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' });
    await pass(served.clock, 10 * 60_000);
    await write([add('a', '5')], once);
    expect(await numberOf('a')).toBe('7');
  });
});

test('the tokens that are over are found without a look at the others, of which SDKs make one a call', () => {
  const plan = database.prepare('EXPLAIN QUERY PLAN DELETE FROM dynamodb_tokens WHERE until_ms <= 0').all();
  expect(plan).toMatchObject([{ detail: expect.stringContaining('SEARCH') }]);
});

describe('nothing of it is written', () => {
  test('where a condition does not hold: the reasons are in the order of the items', async () => {
    const lost = {
      Put: {
        TableName,
        Item: key('a'),
        ConditionExpression: 'attribute_not_exists(id)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
      },
    };
    await expect(write([add('b', '1'), lost, check('c', 'attribute_not_exists(id)')])).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      message:
        'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ConditionalCheckFailed]',
      CancellationReasons: [
        { Code: 'None' },
        {
          Code: 'ConditionalCheckFailed',
          Message: 'The conditional request failed',
          Item: { id: { S: 'a' }, n: { N: '1' }, kind: { S: 'old' } },
        },
        { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
      ],
    });
    expect([await numberOf('b'), await ofKind('old')]).toEqual(['2', 3]);
  });

  test('where an item cannot be changed so', async () => {
    const { Update } = add('b', '1');
    const wrong = { Update: { ...Update, UpdateExpression: 'SET kind = kind + :by' } };
    await expect(write([add('a', '1'), wrong], { ClientRequestToken: 't' })).rejects.toMatchObject({
      CancellationReasons: [{ Code: 'None' }, { Code: 'ValidationError' }],
    });
    await write([add('a', '1')], { ClientRequestToken: 't' }); // a request that did nothing leaves its token free
    expect(await numberOf('a')).toBe('2');
  });

  const { ConditionCheck } = check('a', 'attribute_exists(id)');
  test.each<readonly [string, TransactWriteItem[], string, string]>([
    ['nothing to do', [], 'ValidationException', 'Member must have length greater than or equal to 1'],
    [
      'a hundred and one items',
      Array.from({ length: 101 }, (_, n) => add(String(n), '1')),
      'ValidationException',
      'Member must have length less than or equal to 100',
    ],
    [
      'an item twice',
      [add('a', '1'), check('a', 'attribute_exists(id)')],
      'ValidationException',
      'Transaction request cannot include multiple operations on one item',
    ],
    [
      'two operations in one',
      [{ ...add('a', '1'), ConditionCheck }],
      'ValidationException',
      'TransactItems can only contain one of Check, Put, Update or Delete',
    ],
    ['an expression that is none', [check('a', 'is there')], 'ValidationException', 'Invalid ConditionExpression'],
    ['no such table', [{ Put: { TableName: 'None', Item: key('a') } }], 'ResourceNotFoundException', 'not found'],
  ])('%s', async (_name, items, name, message) => {
    await expect(write(items)).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
  });
});

const get = (id: string) => ({ Get: { TableName, Key: key(id), ProjectionExpression: 'n' } });

test('no item is read twice', async () => {
  const twice = new TransactGetItemsCommand({ TransactItems: ['a', 'b', 'a'].map(get) });
  await expect(client.send(twice)).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'Transaction request cannot include multiple operations on one item',
  });
});

test('several are read at once, missing ones too', async () => {
  const { Responses } = await client.send(new TransactGetItemsCommand({ TransactItems: ['c', 'none', 'a'].map(get) }));
  expect(Responses).toEqual([{ Item: { n: { N: '3' } } }, {}, { Item: { n: { N: '1' } } }]);
});
