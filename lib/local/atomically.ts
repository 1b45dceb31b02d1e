import type { DatabaseSync } from 'node:sqlite';

/** What is to be done should the transaction under way be taken back, by whose. */
const takenBack = new WeakMap<DatabaseSync, Set<() => void>>();

/**
 * Runs `work` as one SQLite transaction and returns its result; throws what it throws, with everything rolled back.
 *
 * A savepoint, not BEGIN: services share one connection, and a savepoint may sit inside another's transaction.
 * `work` must not be asynchronous.
 */
export const atomically = <T>(database: DatabaseSync, work: () => T): T => {
  const around = takenBack.get(database);
  const within = new Set<() => void>();
  database.exec('SAVEPOINT work');
  takenBack.set(database, within);
  try {
    const result = work();
    database.exec('RELEASE work');
    for (const undo of within) around?.add(undo);
    return result;
  } catch (error) {
    // Of a full disk or one that fails SQLite has taken back the whole transaction itself: https://sqlite.org/lang_transaction.html
    if (database.isTransaction) database.exec('ROLLBACK TO work; RELEASE work');
    for (const undo of within) undo();
    throw error;
  } finally {
    if (around) takenBack.set(database, around);
    else takenBack.delete(database);
  }
};

/** Has `undo` called should what is under way in `atomically` be taken back: for what is in memory besides. Once, however often it is said. */
export const ifTakenBack = (database: DatabaseSync, undo: () => void): void => {
  takenBack.get(database)?.add(undo);
};
