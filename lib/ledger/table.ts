// The ledger's DynamoDB table: single-item reads and conditional single-item writes, no transactions.
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type Aws, AwsCallError } from '../support/aws-call.ts';
import { asHeld, asTold } from './told.ts';

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export type Item = { readonly [attribute: string]: unknown };

/** A conditional update: `SET` of these attributes, with `ADD` of numbers and of members of sets, if the condition holds. */
export interface Update {
  readonly key: Key;
  readonly set: Item;
  /** Attributes to set only where there is no value yet. */
  readonly setOnce?: Item;
  /** Values to put at the end of lists. */
  readonly append?: Item;
  /** Attributes to take away. */
  readonly remove?: readonly string[];
  readonly add?: { readonly [attribute: string]: number | ReadonlySet<string> };
  /** Members to take out of sets. */
  readonly take?: { readonly [attribute: string]: ReadonlySet<string> };
  readonly condition: string;
  /** Values that the condition names as `:name`. */
  readonly values?: Item;
  /** Whether it was made is all that is asked: the item need not come back. @default the whole item */
  readonly returns?: 'nothing';
}

/**
 * The table reads items as the record type that the caller names: each kind of key is written by one file of this layer,
 * with one type, and by nobody else.
 */
export interface Table {
  get<Record>(key: Key): Promise<Record | undefined>;
  /** The items of these keys in their order, undefined where there is none: a hundred at a call, eventually consistent. */
  getMany<Record>(keys: readonly Key[]): Promise<readonly (Record | undefined)[]>;
  /** Puts a new item; false when there is one under this key already. */
  create(key: Key, item: object): Promise<boolean>;
  /** The whole item after the update, or undefined when the condition does not hold. */
  update<Record>(update: Update): Promise<Record | undefined>;
  /** Deletes an item; false when the condition does not hold, as of one that is gone. */
  delete(key: Key, condition: string, values?: Item): Promise<boolean>;
  /** The first `limit` items of a key whose sort key begins with a prefix. */
  first<Record>(pk: string, prefix: string, limit: number): Promise<readonly Record[]>;
  /** Every item of a key whose sort key begins with a prefix, in order. */
  list<Record>(pk: string, prefix: string, attributes?: readonly string[]): Promise<readonly Record[]>;
  /** The same, as pages of a megabyte that was read. */
  pages<Record>(pk: string, prefix: string, attributes?: readonly string[]): AsyncIterable<readonly Record[]>;
  /** The items of a key whose sort key is from `from` to `to`, both included, as such pages. */
  pagesBetween<Record>(pk: string, from: string, to: string): AsyncIterable<readonly Record[]>;
  /** Every item of a key whose sort key is from `from` to `to`, both included, in order. */
  between<Record>(pk: string, from: string, to: string): Promise<readonly Record[]>;
  /** The first item of a key whose sort key is from `from` to before `below`, or the last. */
  edge<Record>(pk: string, from: string, below: string, which: 'first' | 'last'): Promise<Record | undefined>;
  /** Up to `limit` items of an index with sort keys below one, the lowest first: what the index has of them. */
  upTo<Record>(
    index: { readonly name: string; readonly pk: string; readonly sk: string },
    pk: string,
    below: string,
    limit: number,
  ): Promise<readonly Record[]>;
  /** These attributes of every item of an index with sort keys from `from` to `to`, in order. */
  within<Record>(
    index: { readonly name: string; readonly pk: string; readonly sk: string },
    pk: string,
    range: { readonly from: string; readonly to: string },
    attributes: readonly string[],
  ): Promise<readonly Record[]>;
  /** Up to `limit` items of an index, the highest sort keys first: of those below a sort key, where one is given. */
  latest<Record>(
    index: { readonly name: string; readonly pk: string; readonly sk: string },
    pk: string,
    limit: number,
    below?: string,
  ): Promise<readonly Record[]>;
}

type Attributes = Parameters<typeof unmarshall>[0];

const plain = <Record>(value: unknown): Record => asTold(unmarshall(value as Attributes)) as Record;
const typed = (value: object) => marshall(value, { removeUndefinedValues: true });

/** Whether there can be an item of this key: AWS refuses others, also to look for them. */
const isTaken = ({ pk, sk }: Key): boolean =>
  sk !== '' && Buffer.byteLength(pk) <= 2_048 && Buffer.byteLength(sk) <= 1_024;

const nameOf = ({ pk, sk }: Key): string => `${pk} ${sk}`;

/** AWS: keys of one BatchGetItem. It answers with up to 16 MB, and names the keys that it did not come to. */
const batchGetLimit = 100;
const mostRounds = 10;

const failedCondition = (error: unknown): boolean =>
  error instanceof AwsCallError && error.code === 'ConditionalCheckFailedException';

export const openTable = (aws: Aws, name: string): Table => {
  async function* pagesOf<Record>(input: object): AsyncGenerator<readonly Record[]> {
    let start: unknown;
    do {
      const page = await aws.call('dynamodb', 'Query', {
        TableName: name,
        ...input,
        ...(start ? { ExclusiveStartKey: start } : {}),
      });
      yield (page.Items as unknown[]).map(plain<Record>);
      start = page.LastEvaluatedKey;
    } while (start);
  }

  const query = async <Record>(input: object, limit = Number.POSITIVE_INFINITY): Promise<readonly Record[]> => {
    const items: Record[] = [];
    for await (const page of pagesOf<Record>(input)) {
      for (const item of page) items.push(item);
      if (items.length >= limit) break;
    }
    return items.slice(0, limit);
  };

  const beginning = (pk: string, prefix: string, attributes?: readonly string[]): object => ({
    // AWS refuses an empty text as a value of a key, also where it is a prefix.
    KeyConditionExpression: prefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: typed({ ':pk': pk, ...(prefix === '' ? {} : { ':prefix': prefix }) }),
    ConsistentRead: true,
    ...(attributes
      ? {
          ProjectionExpression: attributes.map((attribute) => `#${attribute}`).join(', '),
          ExpressionAttributeNames: Object.fromEntries(attributes.map((attribute) => [`#${attribute}`, attribute])),
        }
      : {}),
  });

  const within = (pk: string, from: string, to: string): object => ({
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: typed({ ':pk': pk, ':from': from, ':to': to }),
    ConsistentRead: true,
  });

  return {
    get: async (key) => {
      if (!isTaken(key)) return undefined;
      const { Item: found } = await aws.call('dynamodb', 'GetItem', {
        TableName: name,
        Key: typed(key),
        ConsistentRead: true,
      });
      return found === undefined ? undefined : plain(found);
    },

    getMany: async <Record>(keys: readonly Key[]) => {
      const found = new Map<string, Record>();
      for (let start = 0; start < keys.length; start += batchGetLimit) {
        let asked: unknown = keys.slice(start, start + batchGetLimit).map(typed);
        for (let round = 0; asked !== undefined && round < mostRounds; round++) {
          const { Responses, UnprocessedKeys } = await aws.call('dynamodb', 'BatchGetItem', {
            RequestItems: { [name]: { Keys: asked } },
          });
          const items = (Responses as { readonly [table: string]: readonly unknown[] })[name] ?? [];
          for (const item of items.map(plain<Record & Key>)) found.set(nameOf(item), item);
          asked = (UnprocessedKeys as { readonly [table: string]: { readonly Keys: unknown } } | undefined)?.[name]
            ?.Keys;
        }
        if (asked !== undefined)
          throw new Error(`the table ${name} gave no answer for some keys, asked ${mostRounds} times`);
      }
      return keys.map((key) => found.get(nameOf(key)));
    },

    create: async (key, item) => {
      try {
        await aws.call('dynamodb', 'PutItem', {
          TableName: name,
          Item: typed({ ...key, ...asHeld({ ...item }) }),
          ConditionExpression: 'attribute_not_exists(pk)',
        });
        return true;
      } catch (error) {
        if (failedCondition(error)) return false;
        throw error;
      }
    },

    update: async ({
      key,
      set,
      setOnce = {},
      append = {},
      add = {},
      take = {},
      remove = [],
      condition,
      values = {},
      returns,
    }) => {
      const names: Record<string, string> = {};
      const bound: Record<string, unknown> = {};
      const assign = (attribute: string, value: unknown): { readonly name: string; readonly value: string } => {
        names[`#${attribute}`] = attribute;
        bound[`:set_${attribute}`] = value;
        return { name: `#${attribute}`, value: `:set_${attribute}` };
      };
      const defined = (item: Item) => Object.entries(item).filter(([, value]) => value !== undefined);
      const sets = [
        ...defined(asHeld(set)).map(([attribute, value]) => {
          const to = assign(attribute, value);
          return `${to.name} = ${to.value}`;
        }),
        ...defined(setOnce).map(([attribute, value]) => {
          const to = assign(attribute, value);
          return `${to.name} = if_not_exists(${to.name}, ${to.value})`;
        }),
        ...defined(append).map(([attribute, value]) => {
          const to = assign(attribute, [value]);
          bound[':nothing'] = [];
          return `${to.name} = list_append(if_not_exists(${to.name}, :nothing), ${to.value})`;
        }),
      ];
      const members = (changed: object) =>
        Object.entries(changed).map(([attribute, value]) => {
          const to = assign(attribute, value);
          return `${to.name} ${to.value}`;
        });
      const [adds, takes] = [members(add), members(take)];
      for (const attribute of remove) names[`#${attribute}`] = attribute;
      for (const [attribute] of condition.matchAll(/#\w+/g)) names[attribute] = attribute.slice(1);
      for (const [value, bind] of Object.entries(values)) bound[`:${value}`] = bind;
      try {
        const { Attributes: after = {} } = await aws.call('dynamodb', 'UpdateItem', {
          TableName: name,
          Key: typed(key),
          UpdateExpression: [
            ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
            ...(adds.length > 0 ? [`ADD ${adds.join(', ')}`] : []),
            ...(takes.length > 0 ? [`DELETE ${takes.join(', ')}`] : []),
            ...(remove.length > 0 ? [`REMOVE ${remove.map((attribute) => `#${attribute}`).join(', ')}`] : []),
          ].join(' '),
          ConditionExpression: condition,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: typed(bound),
          ReturnValues: returns === 'nothing' ? 'NONE' : 'ALL_NEW',
        });
        return plain(after);
      } catch (error) {
        if (failedCondition(error)) return undefined;
        throw error;
      }
    },

    delete: async (key, condition, values = {}) => {
      const names = Object.fromEntries(
        [...condition.matchAll(/#(\w+)/g)].map(([name, attribute]) => [name, attribute]),
      );
      const bound = Object.fromEntries(Object.entries(values).map(([value, bind]) => [`:${value}`, bind]));
      try {
        await aws.call('dynamodb', 'DeleteItem', {
          TableName: name,
          Key: typed(key),
          ConditionExpression: condition,
          ...(Object.keys(names).length > 0 ? { ExpressionAttributeNames: names } : {}),
          ...(Object.keys(bound).length > 0 ? { ExpressionAttributeValues: typed(bound) } : {}),
        });
        return true;
      } catch (error) {
        if (failedCondition(error)) return false;
        throw error;
      }
    },

    first: (pk, prefix, limit) => query({ ...beginning(pk, prefix), Limit: limit }, limit),

    list: (pk, prefix, attributes) => query(beginning(pk, prefix, attributes)),

    pages: (pk, prefix, attributes) => pagesOf(beginning(pk, prefix, attributes)),

    edge: async <Record>(pk: string, from: string, below: string, which: 'first' | 'last') => {
      const [found] = await query<Record & Key>(
        {
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :below',
          ExpressionAttributeValues: typed({ ':pk': pk, ':from': from, ':below': below }),
          ScanIndexForward: which === 'first',
          Limit: 1,
        },
        1,
      );
      return found?.sk === below ? undefined : found;
    },

    between: (pk, from, to) => query(within(pk, from, to)),

    pagesBetween: (pk, from, to) => pagesOf(within(pk, from, to)),

    upTo: (index, pk, below, limit) =>
      query(
        {
          IndexName: index.name,
          KeyConditionExpression: '#pk = :pk AND #sk < :below',
          ExpressionAttributeNames: { '#pk': index.pk, '#sk': index.sk },
          ExpressionAttributeValues: typed({ ':pk': pk, ':below': below }),
          Limit: limit,
        },
        limit,
      ),

    within: (index, pk, { from, to }, attributes) =>
      query({
        IndexName: index.name,
        KeyConditionExpression: '#indexPk = :pk AND #indexSk BETWEEN :from AND :to',
        ProjectionExpression: attributes.map((attribute) => `#${attribute}`).join(', '),
        ExpressionAttributeNames: {
          ...Object.fromEntries(attributes.map((attribute) => [`#${attribute}`, attribute])),
          '#indexPk': index.pk, // names of their own: an attribute asked for may be called pk
          '#indexSk': index.sk,
        },
        ExpressionAttributeValues: typed({ ':pk': pk, ':from': from, ':to': to }),
      }),

    latest: (index, pk, limit, below) =>
      query(
        {
          IndexName: index.name,
          KeyConditionExpression: below === undefined ? '#pk = :pk' : '#pk = :pk AND #sk < :below',
          ExpressionAttributeNames: { '#pk': index.pk, ...(below === undefined ? {} : { '#sk': index.sk }) },
          ExpressionAttributeValues: typed({ ':pk': pk, ':below': below }),
          ScanIndexForward: false,
          Limit: limit,
        },
        limit,
      ),
  };
};
