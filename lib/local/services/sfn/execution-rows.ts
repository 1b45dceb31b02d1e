// Executions as the database keeps them.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Payload } from '../../states/json.ts';
import type { Outcome } from '../../states/machine/closed.ts';
import type { ExecutionIdentity } from '../../states/machine/identity.ts';

export interface ExecutionRow {
  readonly id: number;
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly revision: string;
  readonly status: string;
  readonly input: string;
  readonly output: string | undefined;
  readonly error: string | undefined;
  readonly cause: string | undefined;
  readonly startedAt: number;
  readonly stoppedAt: number | undefined;
  readonly redriveCount: number;
  readonly redrivenAt: number | undefined;
  readonly mapRun: string | undefined;
  readonly childIndex: number | undefined;
  readonly items: number | undefined;
  /** The version that it was started at, and the alias that led there. */
  readonly versionArn: string | undefined;
  readonly aliasArn: string | undefined;
}

const textOf = (value: unknown) => (value === null || value === undefined ? undefined : String(value));
const numberOf = (value: unknown) => (value === null || value === undefined ? undefined : Number(value));

const rowOf = (row: Record<string, unknown>): ExecutionRow => ({
  id: Number(row.id),
  arn: String(row.arn),
  name: String(row.name),
  machineArn: String(row.machine_arn),
  revision: String(row.revision),
  status: String(row.status),
  input: String(row.input),
  output: textOf(row.output),
  error: textOf(row.error),
  cause: textOf(row.cause),
  startedAt: Number(row.started_at),
  stoppedAt: numberOf(row.stopped_at),
  redriveCount: Number(row.redrive_count),
  redrivenAt: numberOf(row.redriven_at),
  mapRun: textOf(row.map_run),
  childIndex: numberOf(row.child_index),
  items: numberOf(row.items),
  versionArn: textOf(row.version_arn),
  aliasArn: textOf(row.alias_arn),
});

/** What is said of an execution as it starts. */
export type NewExecution = Pick<ExecutionRow, 'arn' | 'name' | 'machineArn' | 'revision' | 'input'> &
  Partial<Pick<ExecutionRow, 'mapRun' | 'childIndex' | 'items' | 'versionArn' | 'aliasArn'>>;

export interface ListFilter {
  readonly machineArn?: string;
  readonly versionArn?: string;
  readonly aliasArn?: string;
  readonly mapRun?: string;
  readonly status?: string;
  readonly redriven?: boolean;
}

const SELECT = 'SELECT * FROM sfn_executions LEFT JOIN sfn_qualified ON execution = id';

const FILTERS = [
  ['mapRun', 'map_run'],
  ['machineArn', 'machine_arn'],
  ['versionArn', 'version_arn'],
  ['aliasArn', 'alias_arn'],
  ['status', 'status'],
] as const;

/** The row of an execution that starts, not stored yet. */
export const rowOfNew = (about: NewExecution, id: number, startedAt: number): ExecutionRow => ({
  status: 'RUNNING',
  output: undefined,
  error: undefined,
  cause: undefined,
  stoppedAt: undefined,
  redriveCount: 0,
  redrivenAt: undefined,
  mapRun: undefined,
  childIndex: undefined,
  items: undefined,
  versionArn: undefined,
  aliasArn: undefined,
  ...about,
  id,
  startedAt,
});

/** The row of an execution that has ended. */
export const rowOfEnded = (row: ExecutionRow, outcome: Outcome, stoppedAt: number): ExecutionRow => ({
  ...row,
  status: outcome.status,
  output: outcome.output?.text,
  error: outcome.error,
  cause: outcome.cause,
  stoppedAt,
});

/** The row of one that had ended and runs again. */
export const rowOfRedriven = (row: ExecutionRow, redrivenAt: number): ExecutionRow => ({
  ...row,
  status: 'RUNNING',
  output: undefined,
  error: undefined,
  cause: undefined,
  stoppedAt: undefined,
  redriveCount: row.redriveCount + 1,
  redrivenAt,
});

/** What the interpreter is told of an execution. */
export const identityOf = (
  row: ExecutionRow,
  { machineName, roleArn }: Pick<ExecutionIdentity, 'machineName' | 'roleArn'>,
  input: Payload,
): ExecutionIdentity => ({
  row: row.id,
  arn: row.arn,
  name: row.name,
  machineArn: row.machineArn,
  revision: row.revision,
  versionArn: row.versionArn,
  aliasArn: row.aliasArn,
  machineName,
  roleArn,
  express: false,
  startedAt: row.startedAt,
  redriveCount: row.redriveCount,
  timedFrom: row.redrivenAt ?? row.startedAt,
  input,
});

export class ExecutionRows {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #close: StatementSync;
  readonly #byArn: StatementSync;
  /** The highest id that is in use. */
  lastId: number;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#insert = database.prepare(
      `INSERT INTO sfn_executions (id, arn, name, machine_arn, revision, status, input, started_at, map_run, child_index, items)
       VALUES (?, ?, ?, ?, ?, 'RUNNING', ?, ?, ?, ?, ?)`,
    );
    this.#close = database.prepare(
      'UPDATE sfn_executions SET status = ?, output = ?, error = ?, cause = ?, stopped_at = ? WHERE id = ?',
    );
    this.#byArn = database.prepare(`${SELECT} WHERE arn = ?`);
    this.lastId = Number(database.prepare('SELECT max(id) AS last FROM sfn_executions').get()?.last ?? 0);
  }

  insert(row: ExecutionRow): void {
    this.#insert.run(
      row.id,
      row.arn,
      row.name,
      row.machineArn,
      row.revision,
      row.input,
      row.startedAt,
      row.mapRun ?? null,
      row.childIndex ?? null,
      row.items ?? null,
    );
    if (row.versionArn === undefined) return;
    this.#database
      .prepare('INSERT INTO sfn_qualified (execution, version_arn, alias_arn) VALUES (?, ?, ?)')
      .run(row.id, row.versionArn, row.aliasArn ?? null);
  }

  close(id: number, outcome: Outcome, at: number): void {
    const { status, output, error, cause } = outcome;
    this.#close.run(status, output?.text ?? null, error ?? null, cause ?? null, at, id);
  }

  reopen(id: number, at: number): void {
    this.#database
      .prepare(
        `UPDATE sfn_executions SET status = 'RUNNING', output = NULL, error = NULL, cause = NULL, stopped_at = NULL,
         redrive_count = redrive_count + 1, redriven_at = ? WHERE id = ?`,
      )
      .run(at, id);
  }

  /** Another execution has the row of one that was Express and runs again. */
  replace(id: number, { arn, name, startedAt }: Pick<ExecutionRow, 'arn' | 'name' | 'startedAt'>): void {
    this.#database
      .prepare('UPDATE sfn_executions SET arn = ?, name = ?, started_at = ? WHERE id = ?')
      .run(arn, name, startedAt, id);
  }

  find(arn: string): ExecutionRow | undefined {
    const row = this.#byArn.get(arn);
    return row && rowOf(row);
  }

  /** Children of Distributed Maps too. */
  running(): ExecutionRow[] {
    return this.#database.prepare(`${SELECT} WHERE status = 'RUNNING' ORDER BY id`).all().map(rowOf);
  }

  /** Those of a machine that run are found among all that run: of those that ended there may be many more. */
  runs(machineArn: string): boolean {
    const any = 'SELECT 1 FROM sfn_executions INDEXED BY sfn_executions_running';
    return (
      this.#database.prepare(`${any} WHERE status = 'RUNNING' AND machine_arn = ? LIMIT 1`).get(machineArn) !==
      undefined
    );
  }

  ofMapRun(mapRun: string): ExecutionRow[] {
    return this.#database.prepare(`${SELECT} WHERE map_run = ? ORDER BY id`).all(mapRun).map(rowOf);
  }

  /** Newest first, from the one before the id `before`; from the newest where that is 0. */
  list({ redriven, ...equal }: ListFilter, limit: number, before: number): ExecutionRow[] {
    const wanted = FILTERS.filter(([field]) => equal[field] !== undefined);
    const where = [
      ...(equal.mapRun === undefined ? ['map_run IS NULL'] : []),
      ...wanted.map(([, column]) => `${column} = ?`),
      ...(redriven === undefined ? [] : [`redrive_count ${redriven ? '>' : '='} 0`]),
      ...(before === 0 ? [] : ['id < ?']),
    ].join(' AND ');
    return this.#database
      .prepare(`${SELECT} WHERE ${where} ORDER BY id DESC LIMIT ?`)
      .all(...wanted.map(([field]) => equal[field] ?? null), ...(before === 0 ? [] : [before]), limit)
      .map(rowOf);
  }
}
