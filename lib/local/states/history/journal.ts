// Writes the logs of all executions to SQLite: one transaction for everything that happened in a turn of the event loop, or, of an
// execution that nobody else could share one with, its log alone as soon as it asks. (After a wait of 20 ms a turn costs such a
// one 40 us: two promises and an immediate, all of them cold; and what is kept beside the log another 100 us at its start and its end.)
import type { DatabaseSync } from 'node:sqlite';
import { invariant } from '../../../support/invariant.ts';
import { type Clock, realClock } from '../../clock.ts';
import { growLog, notWritten } from '../../database.ts';
import { ChunkTable } from './chunk-table.ts';
import { decodeLine } from './decoding.ts';
import type { ExecutionLog, Handover } from './encoding.ts';
import type { LogRecord } from './record.ts';

/** Where the records of an execution go. */
export interface LogSink {
  append(log: ExecutionLog, record: LogRecord): void;
  /** Undefined where all that was appended so far is on disk, else resolves when it is. `alone`: nobody is there to share the transaction with. */
  commit(alone?: boolean): Promise<void> | undefined;
  /**
   * Appends the events of a handover, of which `id` is the first, and commits them, of an execution that is alone. False where they are
   * to be appended one by one: nothing is written then.
   */
  handOver?(log: ExecutionLog, handover: Handover, id: number, at: number, output: string): boolean;
}

/** How long those who are alone may keep the event loop from others: requests, timers. */
const LONGEST_TURN_MS = 50;

const wall = realClock();
const done = Promise.resolve();

export class Journal implements LogSink {
  readonly #database: DatabaseSync;
  readonly #clock: Clock;
  readonly #chunks: ChunkTable;
  #logs: ExecutionLog[] = [];
  #writes: (() => void)[] = [];
  /** How many of the writes must be in the transaction of the log. */
  #bound = 0;
  #flushed: PromiseWithResolvers<void> | undefined;
  #immediate: NodeJS.Immediate | undefined;
  /** Gives back the clock's hold, which there is while anything is pending. */
  #release: (() => void) | undefined;
  /** Since when commits have been made within one turn. */
  #aloneSince: number | undefined;
  #looksLater = false;
  #hasRoom = false;
  readonly #atTurn = () => {
    this.#aloneSince = undefined;
    this.flush();
    this.#index();
    if (this.#hasRoom || this.#closed || !this.#database.isOpen) return;
    this.#hasRoom = true;
    growLog(this.#database);
  };
  readonly #look = () => {
    this.#looksLater = false;
    this.#immediate ??= setImmediate(this.#atTurn);
  };
  readonly #lookLater = () => void done.then(this.#look);
  #closed = false;
  /** A write that failed, of a full disk for one. What comes later would not fit what is on disk: nothing is written any more. */
  #failure: { readonly thrown: unknown } | undefined;

  constructor(database: DatabaseSync, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#chunks = new ChunkTable(database);
  }

  append(log: ExecutionLog, record: LogRecord): void {
    if (this.#closed) return;
    if (log.line.add(record)) this.#logs.push(log);
    if (this.#release === undefined) this.#schedule();
  }

  /** Runs `write` in the transaction of this turn, after the records of the turn. */
  also(write: () => void): void {
    if (this.#closed) return;
    this.#bound++;
    this.behind(write);
  }

  /** As `also`, for what the log tells as well: a log that is alone is written first, so after a crash it may be there without it. */
  behind(write: () => void): void {
    if (this.#closed) return;
    this.#writes.push(write);
    if (this.#release === undefined) this.#schedule();
  }

  commit(alone = false): Promise<void> | undefined {
    if (this.#logs.length === 0 && this.#bound === 0) return undefined;
    this.#check();
    if (alone && this.#commitsAlone()) return undefined;
    this.#flushed ??= Promise.withResolvers();
    return this.#flushed.promise;
  }

  /** Where more than a log is to be written, others are told of it: not in the middle of what asks. */
  #commitsAlone(): boolean {
    const log = this.#logs.length === 1 && this.#bound === 0 && this.#flushed === undefined ? this.#logs[0] : undefined;
    if (log === undefined || !this.#hasTurn()) return false;
    this.#logs = [];
    this.#writeAlone(log.execution, log.line.take());
    if (this.#writes.length === 0) {
      this.#release?.();
      this.#release = undefined;
    }
    return true;
  }

  handOver(log: ExecutionLog, handover: Handover, id: number, at: number, output: string): boolean {
    const isAlone = this.#logs.length === 0 && this.#bound === 0 && this.#flushed === undefined;
    if (!isAlone || this.#closed || this.#failure || !this.#hasTurn()) return false;
    this.#writeAlone(log.execution, handover.line(id, at, output));
    this.#lookSoon();
    return true;
  }

  #writeAlone(execution: number, line: string): void {
    try {
      this.#chunks.append(execution, line);
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  /** Whether who is alone may go on in this turn. */
  #hasTurn(): boolean {
    const now = wall.now(); // `performance` takes 4 ms to load
    this.#aloneSince ??= now;
    return now - this.#aloneSince <= LONGEST_TURN_MS;
  }

  /** Writes at once what is pending, for a reader that wants to see it. */
  flush(): void {
    const isEmpty = this.#logs.length === 0 && this.#writes.length === 0;
    invariant(isEmpty || !this.#database.isTransaction, 'the log is written in no transaction that may be taken back');
    if (this.#immediate !== undefined) clearImmediate(this.#immediate);
    this.#immediate = undefined;
    const settle = this.#flushed;
    const release = this.#release;
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

  /** Executions above `last` that have a log: what `behind` was to write of them may not have been. */
  startedAfter(last: number): number[] {
    return this.#chunks.executionsAfter(last);
  }

  read(execution: number): LogRecord[] {
    this.flush();
    return this.#chunks.linesOf(execution).flatMap(decodeLine);
  }

  /** What is pending is written; later appends (of promises that still settle) are dropped. */
  close(): void {
    if (this.#failure === undefined) {
      this.flush();
      this.#chunks.index();
    } else {
      this.#logs = [];
      this.#writes = [];
    }
    this.#closed = true;
  }

  /**
   * Sees to it that what is pending is written at the end of the turn, if it is not before: an execution that is alone goes in two
   * promise jobs from a task's result to the commit ahead of the next one, and then there is no immediate to be made and taken back.
   */
  #schedule(): void {
    this.#release = this.#clock.hold();
    this.#lookSoon();
  }

  #lookSoon(): void {
    if (this.#looksLater) return;
    this.#looksLater = true;
    void done.then(this.#lookLater);
  }

  /** What is written alone passes by `#write`. */
  #index(): void {
    if (this.#closed || this.#failure || this.#logs.length > 0 || this.#writes.length > 0) return;
    this.#attempt(() => this.#chunks.indexWhenDue());
  }

  #write(): void {
    if (this.#logs.length === 0 && this.#writes.length === 0) return;
    this.#check();
    // Taken out first: a write may tell others, who may have something to append to the next transaction.
    const logs = this.#logs;
    const writes = this.#writes;
    this.#logs = [];
    this.#writes = [];
    this.#bound = 0;
    const only = logs.length === 1 && writes.length === 0 ? logs[0] : undefined;
    this.#attempt(() => {
      if (only === undefined) this.#writeAll(logs, writes);
      else this.#chunks.append(only.execution, only.line.take());
      this.#chunks.indexWhenDue();
    });
  }

  /** Throws what a write threw before. */
  #check(): void {
    if (this.#failure) throw this.#failure.thrown;
  }

  #attempt(write: () => void): void {
    try {
      write();
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  #fail(why: unknown): never {
    const thrown = notWritten(this.#database, why);
    this.#failure = { thrown };
    throw thrown;
  }

  #writeAll(logs: readonly ExecutionLog[], writes: readonly (() => void)[]): void {
    const chunks = this.#chunks.chunksOf(logs);
    const begin = chunks.length > 1 || writes.length > 0; // one statement is a transaction by itself
    if (begin) this.#database.exec('BEGIN IMMEDIATE');
    try {
      this.#chunks.insert(chunks);
      for (const write of writes) write();
      if (begin) this.#database.exec('COMMIT');
    } catch (thrown) {
      if (begin && this.#database.isTransaction) this.#database.exec('ROLLBACK'); // of a full disk SQLite does so itself
      throw thrown;
    }
    this.#chunks.written(chunks);
  }
}
