// TransactWriteItems and TransactGetItems: the actions of single items, in one transaction of the database.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
import { createHash } from 'node:crypto';
import { atomically } from '../../atomically.ts';
import { fieldReader } from '../../field-reader.ts';
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, type EngineContext, notImplemented, type Shape } from '../../service.ts';

/** Checks a call of one item, and gives what does it at once, in whatever transaction is open. Both throw AwsError. */
export type Prepare = (operation: string, input: Shape) => () => Shape;

const MOST_ITEMS = 100;
const TOKEN_MS = 10 * 60 * 1000;
const read = fieldReader('ValidationException');

const FIELDS = ['TableName', 'ConditionExpression', 'ExpressionAttributeNames', 'ExpressionAttributeValues'];
const WRITES: { readonly [kind: string]: { readonly operation: string; readonly fields: readonly string[] } } = {
  Put: { operation: 'PutItem', fields: [...FIELDS, 'Item', 'ReturnValuesOnConditionCheckFailure'] },
  Update: {
    operation: 'UpdateItem',
    fields: [...FIELDS, 'Key', 'UpdateExpression', 'ReturnValuesOnConditionCheckFailure'],
  },
  Delete: { operation: 'DeleteItem', fields: [...FIELDS, 'Key', 'ReturnValuesOnConditionCheckFailure'] },
  ConditionCheck: { operation: 'DeleteItem', fields: [...FIELDS, 'Key', 'ReturnValuesOnConditionCheckFailure'] },
};
const GETS: typeof WRITES = {
  Get: { operation: 'GetItem', fields: ['TableName', 'Key', 'ProjectionExpression', 'ExpressionAttributeNames'] },
};
/** What a kind cannot be without. */
const REQUIRED: { readonly [kind: string]: string } = {
  Update: 'UpdateExpression',
  ConditionCheck: 'ConditionExpression',
};

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

interface Part {
  readonly kind: string;
  readonly operation: string;
  readonly input: Shape;
}

const partsOf = (call: string, input: Shape, kinds: typeof WRITES): readonly Part[] => {
  const { TransactItems: _items, ClientRequestToken: _token, ReturnConsumedCapacity = 'NONE', ...others } = input;
  const unknown = ReturnConsumedCapacity === 'NONE' ? Object.keys(others) : ['ReturnConsumedCapacity'];
  const [refused] = unknown.filter((field) => input[field] !== undefined);
  if (refused !== undefined) throw notImplemented('dynamodb', `${call} with ${refused}`);
  const items = read.shapes(input, 'TransactItems');
  if (items.length === 0 || items.length > MOST_ITEMS) {
    const rule = items.length === 0 ? 'greater than or equal to 1' : `less than or equal to ${MOST_ITEMS}`;
    throw invalid(
      `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length ${rule}`,
    );
  }
  return items.map((item) => {
    const [kind = '', ...more] = Object.keys(item).filter((name) => item[name] !== undefined);
    const known = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
    if (known === undefined || more.length > 0)
      throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
    const part = read.shape(item, kind);
    const extra = Object.keys(part).find((field) => part[field] !== undefined && !known.fields.includes(field));
    if (extra !== undefined) throw notImplemented('dynamodb', `${call} with ${extra} in ${kind}`);
    const required = REQUIRED[kind];
    if (required !== undefined && part[required] === undefined)
      throw invalid(`The ${required} of a ${kind} is missing: it cannot be without one`);
    return { kind, operation: known.operation, input: part };
  });
};

/** What the reasons of a cancelled transaction call it. */
const CODES: { readonly [code: string]: string } = {
  ConditionalCheckFailedException: 'ConditionalCheckFailed',
  ValidationException: 'ValidationError',
};

const cancelled = (reasons: readonly Shape[]): AwsError => {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return new AwsError('TransactionCanceledException', message, 400, { CancellationReasons: reasons });
};

/** The calls that transactions are made of, and the key of the item that each is about. */
export interface Items {
  prepare: Prepare;
  keyOf(input: Shape): Shape;
}

export const transactionOperations = (
  { database, clock }: Pick<EngineContext, 'database' | 'clock'>,
  { prepare, keyOf }: Items,
): OperationTable => {
  database.exec(`
    CREATE TABLE IF NOT EXISTS dynamodb_tokens
      (token TEXT PRIMARY KEY, request TEXT NOT NULL, until_ms INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS dynamodb_tokens_by_end ON dynamodb_tokens (until_ms);`);
  const tokenOf = database.prepare('SELECT request FROM dynamodb_tokens WHERE token = ?');
  const keepToken = database.prepare('INSERT INTO dynamodb_tokens VALUES (?, ?, ?)');
  const dropTokens = database.prepare('DELETE FROM dynamodb_tokens WHERE until_ms <= ?');

  /** Whether the request was done before under its token. Remembers it where it was not. */
  const isRepeated = (input: Shape): boolean => {
    const token = read.optionalText(input, 'ClientRequestToken');
    if (token === undefined) return false;
    const request = createHash('sha256').update(JSON.stringify(input.TransactItems)).digest('hex');
    dropTokens.run(clock.now());
    const known = tokenOf.get(token);
    if (known === undefined) keepToken.run(token, request, clock.now() + TOKEN_MS);
    else if (known.request !== request)
      throw new AwsError(
        'IdempotentParameterMismatchException',
        'The request uses the same client token as a previous, but non-identical request. Do not reuse a client token with different requests, unless the requests are identical',
      );
    return known !== undefined;
  };

  const refuseTwice = (parts: readonly Part[]): void => {
    const places = parts.map(({ input }) => JSON.stringify([input.TableName, Object.entries(keyOf(input)).sort()]));
    if (new Set(places).size < places.length)
      throw invalid('Transaction request cannot include multiple operations on one item');
  };

  const run = (kind: string, work: () => Shape): void => {
    const done = new Error('the condition holds');
    try {
      atomically(database, () => {
        work();
        if (kind === 'ConditionCheck') throw done; // a delete under that condition, taken back
      });
    } catch (error) {
      if (error !== done) throw error;
    }
  };

  const reasonOf = ({ kind, input }: Part, work: () => Shape): Shape => {
    try {
      run(kind, work);
      return { Code: 'None' };
    } catch (error) {
      const Code = error instanceof AwsError ? CODES[error.code] : undefined;
      if (!(error instanceof AwsError) || Code === undefined) throw error;
      const isItemWanted = Code === 'ConditionalCheckFailed' && input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
      return { Code, Message: error.message, ...(isItemWanted && itemOf(input)) };
    }
  };

  const itemOf = (input: Shape): Shape =>
    prepare('GetItem', { TableName: input.TableName, Key: keyOf(input), ConsistentRead: true })();

  return {
    TransactWriteItems: (input) => {
      const parts = partsOf('TransactWriteItems', input, WRITES);
      const works = parts.map((part) => ({ part, work: prepare(part.operation, part.input) }));
      refuseTwice(parts);
      return atomically(database, () => {
        if (isRepeated(input)) return {};
        const reasons = works.map(({ part, work }) => reasonOf(part, work));
        if (reasons.some(({ Code }) => Code !== 'None')) throw cancelled(reasons);
        return {};
      });
    },
    TransactGetItems: (input) => {
      const parts = partsOf('TransactGetItems', input, GETS);
      const works = parts.map((part) => prepare(part.operation, { ...part.input, ConsistentRead: true }));
      refuseTwice(parts);
      return { Responses: works.map((work) => work()) };
    },
  };
};
