// Log lines in SQLite. Lines gather for one turn of the event loop and are written together.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { atomically } from '../../atomically.ts';

export type LogLine = {
  readonly id: number;
  readonly stream: string;
  readonly timeMs: number;
  readonly ingestedMs: number;
  readonly message: string;
};

export type NewLine = Omit<LogLine, 'id'> & { readonly group: string };

export type StreamSummary = {
  readonly name: string;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly ingestedMs: number;
  readonly bytes: number;
};

/** What to read. Times are inclusive. Lines come by time, then in the order in which they came in. */
export type LineQuery = {
  readonly group: string;
  readonly streams?: readonly string[];
  readonly fromMs?: number;
  readonly toMs?: number;
  /** The line before the first one to read: its time and id. */
  readonly after?: { readonly timeMs: number; readonly id: number };
  readonly newestFirst?: boolean;
};

export interface LogStore {
  add(lines: readonly NewLine[]): void;
  /** Reads as it is consumed, so that a caller may stop early. */
  lines(query: LineQuery): Iterable<LogLine>;
  streams(group: string): readonly StreamSummary[];
  deleteLines(group: string, stream?: string): void;
  close(): void;
}

const schema = `CREATE TABLE IF NOT EXISTS cloudwatchlogs_lines (id INTEGER PRIMARY KEY AUTOINCREMENT,
    log_group TEXT NOT NULL, stream TEXT NOT NULL, time INTEGER NOT NULL, ingested INTEGER NOT NULL, message TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS cloudwatchlogs_by_time ON cloudwatchlogs_lines (log_group, time, id)`;

const selectOf = (query: LineQuery): { readonly sql: string; readonly values: readonly SQLInputValue[] } => {
  const where: string[] = ['log_group = ?'];
  const values: SQLInputValue[] = [query.group];
  const add = (condition: string, ...more: SQLInputValue[]): void => {
    where.push(condition);
    values.push(...more);
  };
  if (query.streams) add(`stream IN (${query.streams.map(() => '?').join(', ')})`, ...query.streams);
  if (query.fromMs !== undefined) add('time >= ?', query.fromMs);
  if (query.toMs !== undefined) add('time <= ?', query.toMs);
  const order = query.newestFirst ? 'DESC' : 'ASC';
  if (query.after) add(`(time, id) ${query.newestFirst ? '<' : '>'} (?, ?)`, query.after.timeMs, query.after.id);
  return {
    sql: `SELECT * FROM cloudwatchlogs_lines WHERE ${where.join(' AND ')} ORDER BY time ${order}, id ${order}`,
    values,
  };
};

export const logStore = (database: DatabaseSync): LogStore => {
  database.exec(schema);
  const insert = database.prepare(
    'INSERT INTO cloudwatchlogs_lines (log_group, stream, time, ingested, message) VALUES (?, ?, ?, ?, ?)',
  );
  let gathered: NewLine[] = [];
  let writing: NodeJS.Immediate | undefined;

  const write = (): void => {
    clearImmediate(writing);
    writing = undefined;
    const lines = gathered;
    gathered = [];
    if (lines.length === 0) return;
    atomically(database, () => {
      for (const { group, stream, timeMs, ingestedMs, message } of lines)
        insert.run(group, stream, timeMs, ingestedMs, message);
    });
  };

  return {
    add: (lines) => {
      gathered.push(...lines);
      writing ??= setImmediate(write);
    },
    *lines(query) {
      write();
      const { sql, values } = selectOf(query);
      for (const row of database.prepare(sql).iterate(...values))
        yield {
          id: Number(row.id),
          stream: String(row.stream),
          timeMs: Number(row.time),
          ingestedMs: Number(row.ingested),
          message: String(row.message),
        };
    },
    streams: (group) => {
      write();
      const rows = database
        .prepare(
          `SELECT stream, MIN(time) AS first, MAX(time) AS last, MAX(ingested) AS ingested, SUM(LENGTH(message) + 26) AS bytes
           FROM cloudwatchlogs_lines WHERE log_group = ? GROUP BY stream`,
        )
        .all(group);
      return rows.map((row) => ({
        name: String(row.stream),
        firstMs: Number(row.first),
        lastMs: Number(row.last),
        ingestedMs: Number(row.ingested),
        bytes: Number(row.bytes),
      }));
    },
    deleteLines: (group, stream) => {
      write();
      const [more, values] = stream === undefined ? ['', [group]] : [' AND stream = ?', [group, stream]];
      database.prepare(`DELETE FROM cloudwatchlogs_lines WHERE log_group = ?${more}`).run(...values);
    },
    close: write,
  };
};
