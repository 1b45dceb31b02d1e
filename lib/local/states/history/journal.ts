// Writes the logs of all executions to SQLite, one transaction for everything that happened in a turn of the event loop.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Clock } from '../../clock.ts';
import { decodeRecords, encodeRecords } from './encoding.ts';
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
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  #logs = new Map<number, { readonly log: ExecutionLog; readonly records: LogRecord[] }>();
  #writes: (() => void)[] = [];
  #flushed: Promise<void> | undefined;
  #settle: { resolve(): void; reject(why: unknown): void } | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #release: (() => void) | undefined;
  #closed = false;

  constructor(database: DatabaseSync, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#insert = database.prepare('INSERT INTO sfn_log (execution, seq, records) VALUES (?, ?, ?)');
    this.#select = database.prepare('SELECT records FROM sfn_log WHERE execution = ? ORDER BY seq');
  }

  append(log: ExecutionLog, record: LogRecord): void {
    if (this.#closed) return;
    const pending = this.#logs.get(log.execution);
    if (pending) pending.records.push(record);
    else this.#logs.set(log.execution, { log, records: [record] });
    this.#schedule();
  }

  /** Runs `write` in the transaction of this turn, after the records of the turn. */
  also(write: () => void): void {
    if (this.#closed) return;
    this.#writes.push(write);
    this.#schedule();
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
    if (this.#logs.has(execution)) this.flush();
    return this.#select.all(execution).flatMap((row) => decodeRecords(String(row.records)));
  }

  /** How many rows `execution` has: the number of its next one. */
  rows(execution: number): number {
    const row = this.#database.prepare('SELECT max(seq) AS last FROM sfn_log WHERE execution = ?').get(execution);
    return row?.last === null || row?.last === undefined ? 0 : Number(row.last) + 1;
  }

  /** What is pending is written; later appends (of promises that still settle) are dropped. */
  close(): void {
    this.flush();
    this.#closed = true;
  }

  #schedule(): void {
    if (this.#flushed) return;
    this.#flushed = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.#release = this.#clock.hold();
    this.#immediate = setImmediate(() => this.flush());
  }

  #write(): void {
    if (this.#logs.size === 0 && this.#writes.length === 0) return;
    // Taken out first: a write may tell others, who may have something to append to the next transaction.
    const [logs, writes] = [this.#logs, this.#writes];
    this.#logs = new Map();
    this.#writes = [];
    const alone = logs.size === 1 && writes.length === 0;
    const begin = !alone && !this.#database.isTransaction;
    if (begin) this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const { log, records } of logs.values()) {
        this.#insert.run(log.execution, log.nextRow++, encodeRecords(records));
      }
      for (const write of writes) write();
      if (begin) this.#database.exec('COMMIT');
    } catch (thrown) {
      if (begin) this.#database.exec('ROLLBACK');
      throw thrown;
    }
  }
}

/** The place of one execution's records in the journal. */
export interface ExecutionLog {
  readonly execution: number;
  nextRow: number;
}
