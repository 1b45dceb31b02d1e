// Writes the logs of all executions to SQLite, one transaction for everything that happened in a turn of the event loop.
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../clock.ts';
import { ChunkTable } from './chunk-table.ts';
import { decodeLine } from './decoding.ts';
import type { ExecutionLog } from './encoding.ts';
import type { LogRecord } from './record.ts';

/** Where the records of an execution go. */
export interface LogSink {
  append(log: ExecutionLog, record: LogRecord): void;
  /** Resolves when all that was appended so far is on disk. */
  commit(): Promise<void>;
}

export class Journal implements LogSink {
  readonly #database: DatabaseSync;
  readonly #clock: Clock;
  readonly #chunks: ChunkTable;
  #logs: ExecutionLog[] = [];
  #writes: (() => void)[] = [];
  #flushed: Promise<void> | undefined;
  #settle: PromiseWithResolvers<void> | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #release: (() => void) | undefined;
  readonly #atTurn = () => this.flush();
  #closed = false;

  constructor(database: DatabaseSync, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#chunks = new ChunkTable(database);
  }

  append(log: ExecutionLog, record: LogRecord): void {
    if (this.#closed) return;
    if (log.line.add(record)) this.#logs.push(log);
    if (this.#flushed === undefined) this.#schedule();
  }

  /** Runs `write` in the transaction of this turn, after the records of the turn. */
  also(write: () => void): void {
    if (this.#closed) return;
    this.#writes.push(write);
    if (this.#flushed === undefined) this.#schedule();
  }

  commit(): Promise<void> {
    return this.#flushed ?? Promise.resolve();
  }

  /** Writes at once what is pending, for a reader that wants to see it. */
  flush(): void {
    if (this.#immediate !== undefined) clearImmediate(this.#immediate);
    this.#immediate = undefined;
    const settle = this.#settle;
    const release = this.#release;
    this.#settle = undefined;
    this.#flushed = undefined;
    this.#release = undefined;
    try {
      this.#write();
      settle?.resolve();
    } catch (thrown) {
      if (!settle) throw thrown;
      settle.reject(thrown);
    } finally {
      release?.();
    }
  }

  read(execution: number): LogRecord[] {
    this.flush();
    return this.#chunks.linesOf(execution).flatMap(decodeLine);
  }

  /** What is pending is written; later appends (of promises that still settle) are dropped. */
  close(): void {
    this.flush();
    this.#chunks.index();
    this.#closed = true;
  }

  #schedule(): void {
    this.#settle = Promise.withResolvers();
    this.#flushed = this.#settle.promise;
    this.#release = this.#clock.hold();
    this.#immediate = setImmediate(this.#atTurn);
  }

  #write(): void {
    if (this.#logs.length === 0 && this.#writes.length === 0) return;
    // Taken out first: a write may tell others, who may have something to append to the next transaction.
    const logs = this.#logs;
    const writes = this.#writes;
    this.#logs = [];
    this.#writes = [];
    const only = logs.length === 1 && writes.length === 0 ? logs[0] : undefined;
    if (only === undefined) this.#writeAll(logs, writes);
    else this.#chunks.append(only);
  }

  #writeAll(logs: readonly ExecutionLog[], writes: readonly (() => void)[]): void {
    const chunks = this.#chunks.chunksOf(logs);
    const isOneStatement = chunks.length === 1 && writes.length === 0;
    const begin = !isOneStatement && !this.#database.isTransaction;
    if (begin) this.#database.exec('BEGIN IMMEDIATE');
    try {
      this.#chunks.insert(chunks);
      for (const write of writes) write();
      if (begin) this.#database.exec('COMMIT');
    } catch (thrown) {
      if (begin) this.#database.exec('ROLLBACK');
      throw thrown;
    }
    this.#chunks.written(chunks);
  }
}
