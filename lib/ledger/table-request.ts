// The ledger's table for what has no template: the keys and the index are those of lib/constructs/ledger.ts.
import { openIndex, runsIndex } from '../records/index.ts';

/** The input of DynamoDB's CreateTable for an empty ledger called `name`. */
export const tableRequest = (name: string) => ({
  TableName: name,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: ['pk', 'sk', runsIndex.pk, runsIndex.sk, openIndex.pk, openIndex.sk].map((attribute) => ({
    AttributeName: attribute,
    AttributeType: 'S',
  })),
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: runsIndex.name,
      KeySchema: [
        { AttributeName: runsIndex.pk, KeyType: 'HASH' },
        { AttributeName: runsIndex.sk, KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
    {
      IndexName: openIndex.name,
      KeySchema: [
        { AttributeName: openIndex.pk, KeyType: 'HASH' },
        { AttributeName: openIndex.sk, KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
});
