// DynamoDB: dynalite's checks and actions on the engine's own database, called in process.
import { invariant } from '../../../support/invariant.ts';
import { atomically } from '../../atomically.ts';
import { callFrom } from '../../operation-table.ts';
import { AwsError, type EngineContext, notImplemented, type Service, type Shape } from '../../service.ts';
import { type DynaliteAction, type DynaliteError, loadDynalite } from './dynalite.ts';
import { keySpaceStatements } from './key-space.ts';
import { type TableStore, tableStore } from './table-store.ts';
import { type Prepare, transactionOperations } from './transactions.ts';

/** What dynalite accepts in other words or what the service adds around it. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['ReturnValuesOnConditionCheckFailure']);
const SETTLES: ReadonlySet<string> = new Set(['CreateTable', 'UpdateTable', 'DeleteTable']);
const STREAMS: ReadonlySet<string> = new Set(['Query', 'Scan', 'ListTables', 'ListTagsOfResource', 'UntagResource']);

const isDynaliteError = (error: unknown): error is DynaliteError & Required<Pick<DynaliteError, 'body'>> =>
  error instanceof Error && 'body' in error && 'statusCode' in error;

const awsError = (error: unknown): unknown => {
  if (!isDynaliteError(error)) return error;
  const { __type: type, message, Message: shout, ...fields } = error.body;
  const code = type.slice(type.lastIndexOf('#') + 1);
  return new AwsError(code, String(message ?? shout ?? ''), error.statusCode ?? 400, fields);
};

const asAws = (work: () => Shape): Shape => {
  try {
    return work();
  } catch (error) {
    throw awsError(error);
  }
};

// dynalite drops what it does not know. A dropped condition or option would be a silent success, so it is refused here.
const refuseUnknownFields = (operation: string, action: DynaliteAction, input: Shape): void => {
  for (const field of Object.keys(input)) {
    if (action.fields.has(field) || OWN_FIELDS.has(field) || input[field] === undefined) continue;
    throw new AwsError(
      'NotImplemented',
      `HDL501 the local engine does not implement the field ${field} of dynamodb:${operation}`,
      501,
    );
  }
};

// dynalite looks for empty values in keys, and not in what keys are compared with.
const refuseEmptyKeys = ({ KeyConditions = {} }: Shape): void => {
  const conditions = KeyConditions as { readonly [key: string]: { readonly AttributeValueList: readonly Shape[] } }; // dynalite made it
  for (const [key, { AttributeValueList }] of Object.entries(conditions))
    for (const { S: text, B: bytes } of AttributeValueList) {
      if (text !== '' && bytes !== '') continue;
      const what = text === '' ? 'string' : 'binary';
      throw new AwsError(
        'ValidationException',
        `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${what} value. Key: ${key}`,
      );
    }
};

const stream = (store: TableStore, action: DynaliteAction, checked: Shape): Promise<Shape> =>
  new Promise((resolve, reject) =>
    action.run(store, checked, (error, output) => (error ? reject(error) : resolve(output ?? {}))),
  );

// On a store that answers at once dynalite calls back before it returns, so one transaction holds the whole call.
const atOnce = (store: TableStore, action: DynaliteAction, checked: Shape): Shape => {
  const answers: Shape[] = [];
  action.run(store, checked, (error, output) => {
    if (error) throw error;
    answers.push(output ?? {});
  });
  const [answer] = answers;
  invariant(answer, 'dynalite did not answer at once');
  return answer;
};

/** Operations that change nothing. */
const READS: ReadonlySet<string> = new Set([
  'BatchGetItem',
  'DescribeTable',
  'DescribeTimeToLive',
  'GetItem',
  'ListTables',
  'ListTagsOfResource',
  'Query',
  'Scan',
  'TransactGetItems',
]);

/** DynamoDB with what the engine tells of it. */
export interface DynamodbService extends Service {
  readonly id: 'dynamodb';
  /** Counts the calls that may have changed a table, since the engine was opened. */
  changes(): number;
}

/** DynamoDB API 2012-08-10 without PartiQL, time to live, backups and streams. */
export const dynamodbService = (context: EngineContext): DynamodbService => {
  const actions = loadDynalite();
  let changes = 0;
  const store = tableStore(context, keySpaceStatements(context.database));

  const actionOf = (operation: string, input: Shape): DynaliteAction => {
    const action = actions.get(operation);
    if (action === undefined) throw notImplemented('dynamodb', operation);
    refuseUnknownFields(operation, action, input);
    return action;
  };
  // dynalite edits what it is given
  const checkedBy = (action: DynaliteAction, input: Shape): Shape => action.check(structuredClone(input), store);

  const prepare: Prepare = (operation, input) => {
    const action = actionOf(operation, input);
    const checked = asAws(() => checkedBy(action, input));
    return () => asAws(() => atOnce(store, action, checked));
  };

  const keyOf = ({ TableName, Key, Item }: Shape): Shape => {
    if (Key !== undefined) return Key as Shape; // dynalite has checked it
    const { Table } = prepare('DescribeTable', { TableName })();
    return keyOfItem(Table, Item);
  };

  // AWS gives the item that failed the condition; with it a writer that lost needs no second read.
  const withItem = (error: unknown, input: Shape): unknown => {
    const isWanted = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
    if (!isWanted || !(error instanceof AwsError) || error.code !== 'ConditionalCheckFailedException') return error;
    const ask = { TableName: input.TableName, Key: keyOf(input), ConsistentRead: true };
    return new AwsError(error.code, error.message, error.status, prepare('GetItem', ask)());
  };

  const transactions = callFrom('dynamodb', transactionOperations(context, { prepare, keyOf }));

  const call = async (operation: string, input: Shape): Promise<Shape> => {
    if (!READS.has(operation)) changes += 1;
    if (operation.startsWith('Transact')) return transactions(operation, input);
    const action = actionOf(operation, input);
    try {
      const checked = checkedBy(action, input);
      if (operation === 'Query') refuseEmptyKeys(checked);
      const output = STREAMS.has(operation)
        ? await stream(store, action, checked)
        : atomically(context.database, () => atOnce(store, action, checked));
      if (SETTLES.has(operation)) await store.settled(String(input.TableName));
      return output;
    } catch (error) {
      throw withItem(awsError(error), input);
    }
  };
  return { id: 'dynamodb', call, changes: () => changes, close: async () => store.close() };
};

const keyOfItem = (table: unknown, item: unknown): Shape => {
  const { KeySchema } = table as { KeySchema: readonly { AttributeName: string }[] }; // a table as DescribeTable gives it
  const attributes = item as Shape; // dynalite has checked it
  return Object.fromEntries(KeySchema.map(({ AttributeName }) => [AttributeName, attributes[AttributeName]]));
};
