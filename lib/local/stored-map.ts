// A small table of JSON documents, held in memory and written through: for what is read often and written rarely
// (rules, topics, alarms). Not for messages or log lines.
import type { DatabaseSync } from 'node:sqlite';
import { ifTakenBack } from './atomically.ts';

export interface StoredMap<T> {
  get(key: string): T | undefined;
  has(key: string): boolean;
  set(key: string, value: T): void;
  delete(key: string): boolean;
  /** In the order in which the keys were first set. */
  values(): readonly T[];
}

/** Opens, or makes, the table. `T` is trusted on reading: only this map writes the table. */
export const storedMap = <T>(database: DatabaseSync, table: string): StoredMap<T> => {
  database.exec(`CREATE TABLE IF NOT EXISTS ${table} (key TEXT PRIMARY KEY, document TEXT NOT NULL)`);
  const put = database.prepare(
    `INSERT INTO ${table} (key, document) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET document = excluded.document`,
  );
  const remove = database.prepare(`DELETE FROM ${table} WHERE key = ?`);
  const documents = new Map<string, T>();
  const all = database.prepare(`SELECT key, document FROM ${table} ORDER BY rowid`);
  const read = (): void => {
    documents.clear();
    for (const { key, document } of all.iterate()) documents.set(String(key), JSON.parse(String(document)) as T);
  };
  read();
  return {
    get: (key) => documents.get(key),
    has: (key) => documents.has(key),
    set: (key, value) => {
      put.run(key, JSON.stringify(value));
      ifTakenBack(database, read);
      documents.set(key, value);
    },
    delete: (key) => {
      remove.run(key);
      ifTakenBack(database, read);
      return documents.delete(key);
    },
    values: () => [...documents.values()],
  };
};
