// The store that dynalite's actions run on: its tables, items, index entries and tags, each in a key space.
import type { EngineContext, Shape } from '../../service.ts';
import type { Callback, DynaliteError, DynaliteStore, KeySpace } from './dynalite.ts';
import { entriesOf, type KeySpaceStatements, keySpace } from './key-space.ts';

const MAX_ITEM_BYTES = 400 * 1024;

const tableNotFound = (name: string, named: boolean): DynaliteError => {
  const message = `Requested resource not found${named ? `: Table: ${name} not found` : ''}`;
  return Object.assign(new Error(message), {
    statusCode: 400,
    body: { __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException', message },
  });
};

const isInTransit = (table: Shape): boolean => table.TableStatus !== 'ACTIVE';
const isBusy = (table: Shape): boolean => table.TableStatus === 'CREATING' || table.TableStatus === 'DELETING';

/** dynalite's store, and a way to wait for a table that dynalite settles a moment after it has answered. */
export interface TableStore extends DynaliteStore {
  /** Resolves when the table called `name` is ACTIVE or gone. */
  settled(name: string): Promise<void>;
  /** From here on dynalite's own timers find the store closed. */
  close(): void;
}

/** A killed process leaves tables on their way, whose timers it took with it: they come to where they were to come. */
const settleAll = (statements: KeySpaceStatements): void => {
  for (const { key, value } of [...entriesOf(statements, 'table', {})]) {
    const table: Shape = JSON.parse(value);
    if (!isInTransit(table)) continue;
    if (table.TableStatus === 'DELETING') {
      statements.del('table', key); // its items went as that was stored
      continue;
    }
    const { GlobalSecondaryIndexes: indexes } = table;
    const active = Array.isArray(indexes) && indexes.map((index: Shape) => ({ ...index, IndexStatus: 'ACTIVE' }));
    const settled = { ...table, TableStatus: 'ACTIVE', ...(active && { GlobalSecondaryIndexes: active }) };
    statements.put('table', key, JSON.stringify(settled));
  }
};

/** dynalite's store on the engine's database. */
export const tableStore = (
  place: Pick<EngineContext, 'region' | 'account'>,
  statements: KeySpaceStatements,
): TableStore => {
  settleAll(statements);
  let isOpen = true;
  const waiting = new Map<string, (() => void)[]>();
  const tell = (name: string): void => {
    for (const resolve of waiting.get(name) ?? []) resolve();
    waiting.delete(name);
  };
  const isSettled = (name: string): boolean => {
    const stored = statements.get('table', name);
    return stored === undefined || !isInTransit(JSON.parse(stored));
  };
  // dynalite looks for these words in an error that its timers may ignore
  const closed = (): Error => new Error('Database is closed');
  const spaces = new Map<string, KeySpace>();
  const open = (name: string): KeySpace => {
    const space = spaces.get(name) ?? keySpace(statements, name);
    spaces.set(name, space);
    return space;
  };
  const clear = (name: string, callback: Callback<void>): void => {
    statements.clear(name);
    callback(null);
  };
  const indexSpace = (kind: string, table: string, index: string): string =>
    `index-${kind.toLowerCase()}~${table}~${index}`;
  // Every call looks at its table. Who may change what it is given asks for a table in any state, and gets one of its own.
  const inUse = new Map<string, Shape>();
  const stored = open('table');
  const tables: DynaliteStore['tableDb'] = {
    ...stored,
    awsAccountId: place.account,
    awsRegion: place.region,
    put: (name, value, callback) => {
      if (!isOpen) return callback(closed());
      inUse.delete(name);
      stored.put(name, value, callback);
      if (isSettled(name)) tell(name);
    },
    del: (name, callback) => {
      if (!isOpen) return callback(closed());
      inUse.delete(name);
      stored.del(name, callback);
      tell(name);
    },
  };
  return {
    // Tables change state at once: the engine has no use for a table that is CREATING.
    options: { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0, maxItemSize: MAX_ITEM_BYTES },
    tableDb: tables,
    getItemDb: (table) => open(`item-${table}`),
    getIndexDb: (kind, table, index) => open(indexSpace(kind, table, index)),
    getTagDb: (table) => open(`tag-${table}`),
    deleteItemDb: (table, callback) => clear(`item-${table}`, callback),
    deleteIndexDb: (kind, table, index, callback) => clear(indexSpace(kind, table, index), callback),
    deleteTagDb: (table, callback) => clear(`tag-${table}`, callback),
    getTable: (name, checkStatus, callback) => {
      const answer = typeof checkStatus === 'function' ? checkStatus : callback;
      const known = checkStatus === false ? undefined : inUse.get(name);
      if (known) return answer?.(null, known);
      const stored = statements.get('table', name);
      const table: Shape | undefined = stored === undefined ? undefined : JSON.parse(stored);
      // dynalite leaves the status out to ask for a table in use, and gives `false` to ask for any
      if (table === undefined || (checkStatus !== false && isBusy(table)))
        answer?.(tableNotFound(name, checkStatus === false));
      else {
        if (checkStatus !== false) inUse.set(name, table);
        answer?.(null, table);
      }
    },
    settled: async (name) => {
      if (isSettled(name)) return;
      await new Promise<void>((resolve) => waiting.set(name, [...(waiting.get(name) ?? []), resolve]));
    },
    close: () => {
      isOpen = false;
      for (const name of [...waiting.keys()]) tell(name);
    },
  };
};
