// A process that is killed takes the timers with it that bring a table to where it was on its way to.
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { realClock } from '../../../lib/local/clock.ts';
import type { EngineContext, Shape } from '../../../lib/local/service.ts';
import { dynamodbService } from '../../../lib/local/services/dynamodb/index.ts';

const TableName = 'sums';
const Key = { id: { S: 'a' } };
const table = {
  TableName,
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  AttributeDefinitions: ['id', 'kind'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
  ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
  GlobalSecondaryIndexes: [
    {
      IndexName: 'byKind',
      KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
    },
  ],
};

let database: DatabaseSync;
beforeEach(() => {
  database = new DatabaseSync(':memory:');
});
afterEach(() => database.close());

const opened = () => {
  const context: EngineContext = {
    region: 'us-east-1',
    account: '123456789012',
    stateDir: '/nowhere',
    database,
    clock: realClock(),
    random: Math.random,
    endpoint: () => 'http://127.0.0.1:4566',
    service: () => dynamodb,
    emit: () => undefined,
  };
  const dynamodb = dynamodbService(context);
  return dynamodb;
};

/** Asks, and is killed when that is stored. */
const cutOff = async (operation: string, input: Shape): Promise<void> => {
  const dynamodb = opened();
  const answer = dynamodb.call(operation, input);
  await dynamodb.close?.(); // dynalite's timers find the store closed
  await answer;
};

test('a table that was being made is there', async () => {
  await cutOff('CreateTable', table);
  const { Table } = await opened().call('DescribeTable', { TableName });
  expect(Table).toMatchObject({ TableStatus: 'ACTIVE', GlobalSecondaryIndexes: [{ IndexStatus: 'ACTIVE' }] });
  await opened().call('PutItem', { TableName, Item: Key });
});

test('one that was being changed takes what comes', async () => {
  await opened().call('CreateTable', table);
  await cutOff('UpdateTable', { TableName, BillingMode: 'PAY_PER_REQUEST' });
  const { Table } = await opened().call('DescribeTable', { TableName });
  expect(Table).toMatchObject({ TableStatus: 'ACTIVE', BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' } });
});

test('one that was being deleted is gone, with its items', async () => {
  await opened().call('CreateTable', table);
  await opened().call('PutItem', { TableName, Item: Key });
  await cutOff('DeleteTable', { TableName });
  expect(await opened().call('ListTables', {})).toEqual({ TableNames: [] });
  await opened().call('CreateTable', table);
  expect(await opened().call('GetItem', { TableName, Key })).toEqual({});
});
