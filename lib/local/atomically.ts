import type { DatabaseSync } from 'node:sqlite';

/**
 * Runs `work` as one SQLite transaction and returns its result; throws what it throws, with everything rolled back.
 *
 * A savepoint, not BEGIN: services share one connection, and a savepoint may sit inside another's transaction.
 * `work` must not be asynchronous.
 */
export const atomically = <T>(database: DatabaseSync, work: () => T): T => {
  database.exec('SAVEPOINT work');
  try {
    const result = work();
    database.exec('RELEASE work');
    return result;
  } catch (error) {
    // Of a full disk or one that fails SQLite has taken back the whole transaction itself: https://sqlite.org/lang_transaction.html
    if (database.isTransaction) database.exec('ROLLBACK TO work; RELEASE work');
    throw error;
  }
};
