// A key space of dynalite kept in the engine's SQLite database.
//
// Every operation answers before it returns. So a whole API call of dynalite runs without a gap, needs no locks, and can
// sit in one transaction: an item and its index entries change together, also when the process is killed in between.

import type { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import type { KeyRange, KeySpace } from './dynalite.ts';

const PAGE_ROWS = 100; // rows read ahead of a query that may stop early

interface Entry {
  readonly key: string;
  readonly value: string;
}

interface Statements {
  get(space: string, key: string): string | undefined;
  put(space: string, key: string, value: string): void;
  del(space: string, key: string): void;
  clear(space: string): void;
  page(space: string, range: KeyRange): readonly Entry[];
}

/** Makes the table where it is missing, and the statements on it. */
export const keySpaceStatements = (database: DatabaseSync): Statements => {
  database.exec(
    `CREATE TABLE IF NOT EXISTS dynamodb_entries
       (space TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (space, key)) WITHOUT ROWID`,
  );
  const get = database.prepare('SELECT value FROM dynamodb_entries WHERE space = ? AND key = ?');
  const put = database.prepare('INSERT OR REPLACE INTO dynamodb_entries (space, key, value) VALUES (?, ?, ?)');
  const del = database.prepare('DELETE FROM dynamodb_entries WHERE space = ? AND key = ?');
  const clear = database.prepare('DELETE FROM dynamodb_entries WHERE space = ?');
  const pages = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const page = (space: string, range: KeyRange): readonly Entry[] => {
    const bounds = (['gt', 'gte', 'lt', 'lte'] as const).filter((bound) => range[bound] !== undefined);
    const operators = { gt: '>', gte: '>=', lt: '<', lte: '<=' };
    const where = ['space = ?', ...bounds.map((bound) => `key ${operators[bound]} ?`)].join(' AND ');
    const text = `SELECT key, value FROM dynamodb_entries WHERE ${where}
      ORDER BY key ${range.reverse ? 'DESC' : 'ASC'} LIMIT ${PAGE_ROWS}`;
    const statement = pages.get(text) ?? database.prepare(text);
    pages.set(text, statement);
    const rows = statement.all(space, ...bounds.map((bound) => range[bound] ?? ''));
    return rows.map((row) => ({ key: String(row.key), value: String(row.value) }));
  };
  return {
    get: (space, key) => {
      const row = get.get(space, key);
      return row === undefined ? undefined : String(row.value);
    },
    put: (space, key, value) => void put.run(space, key, value),
    del: (space, key) => void del.run(space, key),
    clear: (space) => void clear.run(space),
    page,
  };
};

export function* entriesOf(statements: Statements, space: string, range: KeyRange): Generator<Entry> {
  let left = range.limit === undefined || range.limit < 0 ? Number.POSITIVE_INFINITY : range.limit;
  let rest = range;
  while (left > 0) {
    const entries = statements.page(space, rest);
    for (const entry of entries) {
      if (left === 0) return;
      left -= 1;
      yield entry;
    }
    const last = entries.at(-1);
    if (last === undefined || entries.length < PAGE_ROWS) return;
    const { gt: _gt, gte: _gte, lt: _lt, lte: _lte, ...bare } = rest;
    rest = rest.reverse
      ? { ...bare, ...lowerBound(range), lt: last.key }
      : { ...bare, ...upperBound(range), gt: last.key };
  }
}

const lowerBound = ({ gt, gte }: KeyRange): KeyRange => ({
  ...(gt !== undefined && { gt }),
  ...(gte !== undefined && { gte }),
});
const upperBound = ({ lt, lte }: KeyRange): KeyRange => ({
  ...(lt !== undefined && { lt }),
  ...(lte !== undefined && { lte }),
});

/** The key space called `space`. Nothing is made on disk before its first entry. */
export const keySpace = (statements: Statements, space: string): KeySpace => ({
  lock: (_key, run) => run((callback) => callback),
  get: (key, callback) => {
    const value = statements.get(space, key);
    callback(null, value === undefined ? undefined : JSON.parse(value));
  },
  put: (key, value, callback) => {
    statements.put(space, key, JSON.stringify(value));
    callback(null);
  },
  del: (key, callback) => {
    statements.del(space, key);
    callback(null);
  },
  batch: (operations, callback) => {
    for (const { type, key, value } of operations) {
      if (type === 'put') statements.put(space, key, JSON.stringify(value));
      else statements.del(space, key);
    }
    callback(null);
  },
  createKeyStream: (range = {}) => Readable.from(keysOf(statements, space, range)),
  createValueStream: (range = {}) => Readable.from(valuesOf(statements, space, range)),
});

function* keysOf(statements: Statements, space: string, range: KeyRange): Generator<string> {
  for (const { key } of entriesOf(statements, space, range)) yield key;
}

function* valuesOf(statements: Statements, space: string, range: KeyRange): Generator<unknown> {
  for (const { value } of entriesOf(statements, space, range)) yield JSON.parse(value);
}

export type { Statements as KeySpaceStatements };
