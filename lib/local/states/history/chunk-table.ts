// The log on disk: chunks in the order of their commits, each with what several executions wrote. Appending touches the last
// page of one table only. Which chunks an execution is in, an index says that is written behind: many commits at a time, and
// at the start for those that a killed process had not come to. (Rows by execution made each commit of a hundred executions
// write a hundred pages, an index of SQLite's own one more page in every commit.)
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { atomically } from '../../atomically.ts';
import { zlib } from '../../late-modules.ts';
import { lineOf } from './decoding.ts';
import type { ExecutionLog } from './encoding.ts';

export const LOG_TABLES = `
CREATE TABLE IF NOT EXISTS sfn_log (id INTEGER PRIMARY KEY, executions TEXT NOT NULL, records TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sfn_log_index (execution INTEGER NOT NULL, last INTEGER NOT NULL, chunks TEXT NOT NULL,
  PRIMARY KEY (execution, last)) WITHOUT ROWID;
`;

export interface Chunk {
  readonly executions: readonly number[];
  readonly records: string;
}

/** The most characters of a chunk that several share: a reader of one execution should not have to read much of others. */
const FULL = 32_768;
const INDEXED_AT_ONCE = 1_024;
const LONGEST_INDEXED = 8_388_608; // characters: to sum them up takes some 20 ms
/** Of the rows of the index that say how far it goes, with a sum of each chunk from where the one before ends. No execution has this number. */
const ALL = 0;

/** SQLite sees that a page is none, not that a letter in it is another. The sums are worked out behind the commits, which pay nothing for them. */
const sumOf = ({ executions, records }: Record<string, unknown>): string =>
  zlib()
    .crc32(String(records), zlib().crc32(String(executions)))
    .toString(16)
    .padStart(8, '0');
const SUM_LENGTH = 8;

export class ChunkTable {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #place: StatementSync;
  readonly #chunk: StatementSync;
  readonly #places: StatementSync;
  readonly #records: StatementSync;
  readonly #sums: StatementSync;
  /** The last chunk that the index has. */
  #indexed: number;
  /** The sums that were looked at last: of the chunks up to `last`. */
  #known = { last: 0, sums: '' };
  /** The chunks of each execution that the index does not have yet. */
  readonly #behind = new Map<number, number[]>();
  #behindCount = 0;
  #behindLength = 0;
  #last: number;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#insert = database.prepare('INSERT INTO sfn_log (id, executions, records) VALUES (?, ?, ?)');
    this.#place = database.prepare('INSERT INTO sfn_log_index (execution, last, chunks) VALUES (?, ?, ?)');
    this.#chunk = database.prepare('SELECT executions, records FROM sfn_log WHERE id = ?');
    this.#places = database.prepare('SELECT chunks FROM sfn_log_index WHERE execution = ? ORDER BY last');
    this.#records = database.prepare('SELECT executions, records FROM sfn_log WHERE id > ? AND id <= ? ORDER BY id');
    this.#sums = database.prepare(
      'SELECT last, chunks FROM sfn_log_index WHERE execution = ? AND last >= ? ORDER BY last LIMIT 1',
    );
    const indexed = database.prepare('SELECT max(last) AS last FROM sfn_log_index WHERE execution = ?').get(ALL);
    this.#indexed = Number(indexed?.last ?? 0);
    this.#last = this.#indexed;
    const after = database.prepare(
      'SELECT id, executions, octet_length(records) AS length FROM sfn_log WHERE id > ? ORDER BY id',
    );
    for (const { id, executions, length } of after.all(this.#last)) {
      this.#behindLength += Number(length);
      for (const execution of String(executions).split(' ')) this.#remember(Number(id), Number(execution));
    }
  }

  /** What the logs hold, taken from them. */
  chunksOf(logs: readonly ExecutionLog[]): readonly Chunk[] {
    const chunks: Chunk[] = [];
    let executions: number[] = [];
    let records = '';
    for (const { execution, line } of logs) {
      const more = line.take();
      if (executions.length > 0 && records.length + more.length > FULL) {
        chunks.push({ executions, records });
        executions = [];
        records = '';
      }
      executions.push(execution);
      records += more;
    }
    if (executions.length > 0) chunks.push({ executions, records });
    return chunks;
  }

  /** Writes one line: most commits are this. */
  append(execution: number, records: string): void {
    const id = this.#last + 1;
    this.#behindLength += records.length;
    this.#insert.get(id, String(execution), records); // `run` would make an object of what it changed
    this.#remember(id, execution);
  }

  /** To be called within a transaction, and `written` after it. */
  insert(chunks: readonly Chunk[]): void {
    let id = this.#last;
    for (const { executions, records } of chunks) this.#insert.run(++id, executions.join(' '), records);
  }

  written(chunks: readonly Chunk[]): void {
    for (const { executions, records } of chunks) {
      const id = this.#last + 1;
      this.#behindLength += records.length;
      for (const execution of executions) this.#remember(id, execution);
    }
  }

  /** The lines of an execution, oldest first. Throws where a chunk is damaged. */
  linesOf(execution: number): string[] {
    const indexed = this.#places.all(execution).flatMap(({ chunks }) => String(chunks).split(' ').map(Number));
    let before = 0;
    return [...indexed, ...(this.#behind.get(execution) ?? [])].flatMap((id) => {
      if (!(id > before)) throw new Error(`the index of the log has chunk ${id} after chunk ${before}`);
      before = id;
      const row = this.#chunk.get(id);
      if (row === undefined) throw new Error(`the log has lost its chunk ${id}`);
      const sum = id > this.#indexed ? undefined : this.#sumOf(id);
      if (sum !== undefined && sum !== sumOf(row))
        throw new Error(`the chunk ${id} of the log is not what was written`);
      const executions = String(row.executions).split(' ');
      const places = [...executions.keys()].filter((place) => executions[place] === String(execution));
      if (places.length === 0) throw new Error(`the chunk ${id} of the log does not name the execution`);
      return places.map((place) => lineOf(String(row.records), place));
    });
  }

  /** Executions above `last` in the chunks that the index does not have yet, in their order. */
  executionsAfter(last: number): number[] {
    return [...this.#behind.keys()].filter((execution) => execution > last).sort((a, b) => a - b);
  }

  /** Not while anything that the log tells is still to be written elsewhere: it is looked for in what the index does not have. */
  indexWhenDue(): void {
    if (this.#behindCount >= INDEXED_AT_ONCE || this.#behindLength >= LONGEST_INDEXED) this.index();
  }

  /** Brings the index up to date. */
  index(): void {
    if (this.#behindCount === 0) return;
    atomically(this.#database, () => {
      for (const [execution, chunks] of this.#behind) this.#place.run(execution, chunks.at(-1) ?? 0, chunks.join(' '));
      let sums = '';
      for (const row of this.#records.iterate(this.#indexed, this.#last)) sums += sumOf(row);
      // Where one is gone, no sum tells whose it is: that chunk is missed when it is looked for.
      const isWhole = sums.length === SUM_LENGTH * (this.#last - this.#indexed);
      this.#place.run(ALL, this.#last, isWhole ? sums : '');
    });
    this.#indexed = this.#last;
    this.#behind.clear();
    this.#behindCount = 0;
    this.#behindLength = 0;
  }

  /** Undefined of a chunk that was written before there were sums. */
  #sumOf(id: number): string | undefined {
    const isKnown = (): boolean =>
      id <= this.#known.last && id > this.#known.last - this.#known.sums.length / SUM_LENGTH;
    if (!isKnown()) {
      const { last, chunks } = this.#sums.get(ALL, id) ?? {};
      this.#known = { last: Number(last ?? 0), sums: String(chunks ?? '') };
    }
    if (!isKnown()) return undefined;
    const { last, sums } = this.#known;
    const at = sums.length - SUM_LENGTH * (last - id + 1);
    return sums.slice(at, at + SUM_LENGTH);
  }

  #remember(id: number, execution: number): void {
    this.#last = id;
    const chunks = this.#behind.get(execution);
    if (chunks === undefined) this.#behind.set(execution, [id]);
    else if (chunks.at(-1) !== id) chunks.push(id);
    this.#behindCount++;
  }
}
