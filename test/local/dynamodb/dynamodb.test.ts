import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { dynamodbService } from '../../../lib/local/services/dynamodb/index.ts';
import { type Served, serve } from '../server/serve.ts';

const TableName = 'Ledger';
const ledger = {
  TableName,
  BillingMode: 'PAY_PER_REQUEST' as const,
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' as const },
    { AttributeName: 'sk', KeyType: 'RANGE' as const },
  ],
  AttributeDefinitions: ['pk', 'sk', 'kind'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
  GlobalSecondaryIndexes: [
    {
      IndexName: 'byKind',
      KeySchema: [
        { AttributeName: 'kind', KeyType: 'HASH' as const },
        { AttributeName: 'sk', KeyType: 'RANGE' as const },
      ],
      Projection: { ProjectionType: 'ALL' as const },
    },
  ],
};

let served: Served;
let client: DynamoDBClient;

const open = async (dir?: string): Promise<void> => {
  served = await serve({ make: [dynamodbService], ...(dir !== undefined && { dir }) });
  client = new DynamoDBClient(served.client);
};
beforeEach(async () => {
  await open();
  await client.send(new CreateTableCommand(ledger));
});
afterEach(async () => {
  client.destroy();
  await served.close();
});

const item = (pk: string, sk: string, more: Record<string, { S: string } | { N: string }> = {}) => ({
  pk: { S: pk },
  sk: { S: sk },
  ...more,
});
const put = (pk: string, sk: string, more?: Record<string, { S: string } | { N: string }>) =>
  client.send(new PutItemCommand({ TableName, Item: item(pk, sk, more) }));

describe('tables', () => {
  test('are active at once, and described with their indexes', async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      TableArn: 'arn:aws:dynamodb:us-east-1:123456789012:table/Ledger',
      GlobalSecondaryIndexes: [{ IndexName: 'byKind', IndexStatus: 'ACTIVE' }],
    });
  });

  test('one that exists is not made again', async () => {
    await expect(client.send(new CreateTableCommand(ledger))).rejects.toMatchObject({ name: 'ResourceInUseException' });
  });

  test('one that is missing is named', async () => {
    await expect(client.send(new DescribeTableCommand({ TableName: 'None' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Requested resource not found: Table: None not found',
    });
  });

  test('a deleted one is gone with its items', async () => {
    await put('a', '1');
    await client.send(new DeleteTableCommand({ TableName }));
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual([]);
    await client.send(new CreateTableCommand(ledger));
    expect((await client.send(new ScanCommand({ TableName }))).Count).toBe(0);
  });

  test('all stays over a restart', async () => {
    await put('a', '1', { n: { N: '7' } });
    client.destroy();
    await served.close('keep');
    await open(served.dir);
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: item('a', '1') }));
    expect(Item).toEqual(item('a', '1', { n: { N: '7' } }));
  });
});

describe('conditions', () => {
  test('a lost write says so, and gives the winner where it is asked', async () => {
    await put('run', 'stage', { by: { S: 'first' } });
    const again = new PutItemCommand({
      TableName,
      Item: item('run', 'stage', { by: { S: 'second' } }),
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    await expect(client.send(again)).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: item('run', 'stage', { by: { S: 'first' } }),
    });
  });

  test('of many writers at once exactly one wins', async () => {
    const claims = Array.from({ length: 20 }, (_, writer) =>
      client.send(
        new UpdateItemCommand({
          TableName,
          Key: item('run', 'claim'),
          UpdateExpression: 'SET writer = :w',
          ConditionExpression: 'attribute_not_exists(writer)',
          ExpressionAttributeValues: { ':w': { N: String(writer) } },
        }),
      ),
    );
    const settled = await Promise.allSettled(claims);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('an update that fails its condition changes neither item nor index', async () => {
    await put('a', '1', { kind: { S: 'old' } });
    const update = new UpdateItemCommand({
      TableName,
      Key: item('a', '1'),
      UpdateExpression: 'SET kind = :new',
      ConditionExpression: 'kind = :other',
      ExpressionAttributeValues: { ':new': { S: 'new' }, ':other': { S: 'other' } },
    });
    await expect(client.send(update)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect(await kinds('new')).toEqual([]);
    expect(await kinds('old')).toEqual(['1']);
  });
});

const kinds = async (kind: string): Promise<readonly (string | undefined)[]> => {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName,
      IndexName: 'byKind',
      KeyConditionExpression: 'kind = :k',
      ExpressionAttributeValues: { ':k': { S: kind } },
    }),
  );
  return Items.map(({ sk }) => sk?.S);
};

describe('reading', () => {
  beforeEach(async () => {
    for (let n = 0; n < 5; n += 1) await put('run', `item#${n}`, { kind: { S: n % 2 ? 'odd' : 'even' } });
    await put('run', 'stage#1');
    await put('other', 'item#9', { kind: { S: 'odd' } });
  });

  const query = (more: object) =>
    client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'pk = :p AND begins_with(sk, :s)',
        ExpressionAttributeValues: { ':p': { S: 'run' }, ':s': { S: 'item#' } },
        ...more,
      }),
    );
  const keys = ({ Items = [] }: { Items?: { sk?: { S?: string } }[] | undefined }) => Items.map(({ sk }) => sk?.S);

  test('a query by prefix, in both orders', async () => {
    expect(keys(await query({}))).toEqual(['item#0', 'item#1', 'item#2', 'item#3', 'item#4']);
    expect(keys(await query({ ScanIndexForward: false, Limit: 2 }))).toEqual(['item#4', 'item#3']);
  });

  test.each([
    ['pk = :p', { ':p': { S: '' } }, 'pk'],
    ['pk = :p AND sk = :s', { ':p': { S: 'run' }, ':s': { S: '' } }, 'sk'],
    ['pk = :p AND begins_with(sk, :s)', { ':p': { S: 'run' }, ':s': { S: '' } }, 'sk'],
  ])('an empty value of a key is refused, as by AWS: %s', async (KeyConditionExpression, values, key) => {
    const asked = query({ KeyConditionExpression, ExpressionAttributeValues: values });
    await expect(asked).rejects.toMatchObject({
      name: 'ValidationException',
      message: `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: ${key}`,
    });
    const Key = item(key === 'pk' ? '' : 'run', key === 'pk' ? 'item#0' : '');
    const name = 'ValidationException';
    await expect(client.send(new GetItemCommand({ TableName, Key }))).rejects.toMatchObject({ name });
    await expect(client.send(new PutItemCommand({ TableName, Item: Key }))).rejects.toMatchObject({ name });
  });

  test('pages in both orders hold each item once', async () => {
    for (const ScanIndexForward of [true, false]) {
      const seen: (string | undefined)[] = [];
      let ExclusiveStartKey: object | undefined;
      do {
        const page = await query({ Limit: 2, ScanIndexForward, ExclusiveStartKey });
        seen.push(...keys(page));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey !== undefined);
      const all = ['item#0', 'item#1', 'item#2', 'item#3', 'item#4'];
      expect(seen).toEqual(ScanIndexForward ? all : all.toReversed());
    }
  });

  test('an index follows writes and deletes', async () => {
    expect(await kinds('odd')).toEqual(['item#1', 'item#3', 'item#9']);
    await client.send(new DeleteItemCommand({ TableName, Key: item('run', 'item#1') }));
    await put('run', 'item#3', { kind: { S: 'even' } });
    expect(await kinds('odd')).toEqual(['item#9']);
    expect(await kinds('even')).toEqual(['item#0', 'item#2', 'item#3', 'item#4']);
  });

  test('a scan longer than the read-ahead', async () => {
    for (let batch = 0; batch < 12; batch += 1) {
      const puts = Array.from({ length: 25 }, (_, n) => ({ PutRequest: { Item: item(`bulk${batch}`, String(n)) } }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: puts } }));
    }
    expect((await client.send(new ScanCommand({ TableName }))).Count).toBe(307);
  });

  test('a batch of reads', async () => {
    const Keys = [item('run', 'item#1'), item('run', 'none')];
    const { Responses } = await client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } }));
    expect(Responses?.[TableName]).toHaveLength(1);
  });
});

describe('what is not there is refused by name', () => {
  test('PartiQL', async () => {
    const Statement = `SELECT * FROM "${TableName}"`;
    await expect(client.send(new ExecuteStatementCommand({ Statement }))).rejects.toThrow(
      'HDL501 the local engine does not implement dynamodb:ExecuteStatement',
    );
  });

  test('time to live', async () => {
    const TimeToLiveSpecification = { AttributeName: 'ttl', Enabled: true };
    await expect(client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }))).rejects.toThrow(
      'HDL501',
    );
  });

  test('a field of a known call, rather than dropping it', async () => {
    const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' as const };
    await expect(
      client.send(new CreateTableCommand({ ...ledger, TableName: 'Streamed', StreamSpecification })),
    ).rejects.toThrow(
      'HDL501 the local engine does not implement the field StreamSpecification of dynamodb:CreateTable',
    );
  });
});

describe('an expression that was read before', () => {
  const update = (n: string, least: string, more: Record<string, { S: string }> = {}) =>
    served.call('dynamodb', 'UpdateItem', {
      TableName,
      Key: { pk: { S: 'run' }, sk: { S: 'a' } },
      UpdateExpression: 'SET #n = :n',
      ConditionExpression: 'attribute_not_exists(#n) OR #n < :least',
      ExpressionAttributeNames: { '#n': 'n' },
      ExpressionAttributeValues: { ':n': { N: n }, ':least': { N: least }, ...more },
      ReturnValues: 'UPDATED_NEW',
    });

  test('is done with the values of its own call, and what is wrong with the call is told all the same', async () => {
    expect(await update('1', '0')).toEqual({ Attributes: { n: { N: '1' } } });
    expect(await update('2', '5')).toEqual({ Attributes: { n: { N: '2' } } });
    await expect(update('3', '2')).rejects.toMatchObject({ code: 'ConditionalCheckFailedException' });
    await expect(update('3', '5', { ':x': { S: 'x' } })).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringContaining('unused in expressions: keys: {:x}'),
    });
    expect(await update('3', '5')).toEqual({ Attributes: { n: { N: '3' } } });
  });

  test('is done with two values, where one value had two names before', async () => {
    const set = (first: unknown, second: unknown) =>
      served.call('dynamodb', 'UpdateItem', {
        TableName,
        Key: { pk: { S: 'run' }, sk: { S: 'b' } },
        UpdateExpression: 'SET a = :first, b = :second',
        ExpressionAttributeValues: { ':first': first, ':second': second },
        ReturnValues: 'UPDATED_NEW',
      });
    const both = { N: '1' }; // as a JSONata expression may give it
    await set(both, both);
    expect(await set({ N: '2' }, { N: '3' })).toEqual({ Attributes: { a: { N: '2' }, b: { N: '3' } } });
  });
});
