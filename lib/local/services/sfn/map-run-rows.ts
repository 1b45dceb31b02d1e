// Map Runs as the database keeps them.
import type { DatabaseSync } from 'node:sqlite';

export interface MapRunRow {
  readonly arn: string;
  readonly executionArn: string;
  readonly label: string;
  readonly status: string;
  readonly startedAt: number;
  readonly stoppedAt: number | undefined;
  readonly maxConcurrency: number;
  readonly toleratedCount: number;
  readonly toleratedPercentage: number;
  readonly children: number;
  readonly items: number;
  readonly redriveCount: number;
  readonly redrivenAt: number | undefined;
  /** What became of Express children. Undefined while the run is not over, and of one that nobody carried on with: then their rows tell. */
  readonly express: ExpressCounts | undefined;
}

/** Children, and the items in them, by the status of the child. */
export interface ExpressCounts {
  readonly children: Readonly<Record<string, number>>;
  readonly items: Readonly<Record<string, number>>;
}

/** Map Runs of earlier versions of the engine have the items alone. */
const expressCounts = (json: string): ExpressCounts => {
  const counts = JSON.parse(json) as ExpressCounts | ExpressCounts['items'];
  return typeof counts.items === 'object'
    ? (counts as ExpressCounts)
    : { children: {}, items: counts as ExpressCounts['items'] };
};

const rowOf = (row: Record<string, unknown>): MapRunRow => ({
  arn: String(row.arn),
  executionArn: String(row.execution_arn),
  label: String(row.label),
  status: String(row.status),
  startedAt: Number(row.started_at),
  stoppedAt: row.stopped_at === null ? undefined : Number(row.stopped_at),
  maxConcurrency: Number(row.max_concurrency),
  toleratedCount: Number(row.tolerated_count),
  toleratedPercentage: Number(row.tolerated_percentage),
  children: Number(row.children),
  items: Number(row.items),
  redriveCount: Number(row.redrives ?? 0),
  redrivenAt: row.redriven_at === null ? undefined : Number(row.redriven_at),
  express: row.express === null ? undefined : expressCounts(String(row.express)),
});

const SELECT = 'SELECT * FROM sfn_map_runs LEFT JOIN sfn_map_run_redrives ON map_run = arn';

export class MapRunRows {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  insert(row: MapRunRow): void {
    this.#database
      .prepare(
        `INSERT INTO sfn_map_runs (arn, execution_arn, label, status, started_at, max_concurrency, tolerated_count,
         tolerated_percentage, children, items) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0)`,
      )
      .run(
        row.arn,
        row.executionArn,
        row.label,
        row.status,
        row.startedAt,
        row.maxConcurrency,
        row.toleratedCount,
        row.toleratedPercentage,
      );
  }

  expect(arn: string, children: number, items: number): void {
    this.#database.prepare('UPDATE sfn_map_runs SET children = ?, items = ? WHERE arn = ?').run(children, items, arn);
  }

  end(arn: string, status: string, at: number, express: ExpressCounts | undefined): void {
    this.#database
      .prepare('UPDATE sfn_map_runs SET status = ?, stopped_at = ?, express = ? WHERE arn = ?')
      .run(status, at, express === undefined ? null : JSON.stringify(express), arn);
  }

  /** It runs again. */
  reopen(arn: string, redrives: number, at: number): void {
    this.#database.prepare("UPDATE sfn_map_runs SET status = 'RUNNING', stopped_at = NULL WHERE arn = ?").run(arn);
    this.#database
      .prepare('INSERT OR REPLACE INTO sfn_map_run_redrives (map_run, redrives, redriven_at) VALUES (?, ?, ?)')
      .run(arn, redrives, at);
  }

  find(arn: string): MapRunRow | undefined {
    const row = this.#database.prepare(`${SELECT} WHERE arn = ?`).get(arn);
    return row && rowOf(row);
  }

  list(executionArn: string, limit: number, offset: number): MapRunRow[] {
    return this.#database
      .prepare(`${SELECT} WHERE execution_arn = ? ORDER BY started_at DESC LIMIT ? OFFSET ?`)
      .all(executionArn, limit, offset)
      .map(rowOf);
  }

  change(arn: string, limits: Pick<MapRunRow, 'maxConcurrency' | 'toleratedCount' | 'toleratedPercentage'>): void {
    this.#database
      .prepare(
        'UPDATE sfn_map_runs SET max_concurrency = ?, tolerated_count = ?, tolerated_percentage = ? WHERE arn = ?',
      )
      .run(limits.maxConcurrency, limits.toleratedCount, limits.toleratedPercentage, arn);
  }

  /** Children and items of a run, by the status of the child: PENDING_REDRIVE of one that a redrive has yet to run again. */
  counts({
    arn,
    status,
    redrivenAt,
  }: MapRunRow): { readonly status: string; readonly children: number; readonly items: number }[] {
    return this.#database
      .prepare(
        `SELECT CASE WHEN status NOT IN ('RUNNING', 'SUCCEEDED') AND coalesce(redriven_at, started_at) < ? THEN 'PENDING_REDRIVE'
         ELSE status END AS status, count(*) AS children, sum(items) AS items FROM sfn_executions WHERE map_run = ? GROUP BY 1`,
      )
      .all(status === 'RUNNING' ? (redrivenAt ?? null) : null, arn)
      .map((row) => ({ status: String(row.status), children: Number(row.children), items: Number(row.items) }));
  }
}
