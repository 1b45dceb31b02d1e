// The tables of the Step Functions service.
import type { DatabaseSync } from 'node:sqlite';
import { LOG_TABLES } from '../../states/history/chunk-table.ts';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS sfn_machines (
  arn TEXT PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL, status TEXT NOT NULL, revision TEXT NOT NULL,
  created_at INTEGER NOT NULL, settings TEXT NOT NULL, tags TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sfn_revisions (
  id TEXT PRIMARY KEY, machine_arn TEXT NOT NULL, definition TEXT NOT NULL, role_arn TEXT NOT NULL, created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sfn_executions (
  id INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, name TEXT NOT NULL, machine_arn TEXT NOT NULL, revision TEXT NOT NULL,
  status TEXT NOT NULL, input TEXT NOT NULL, output TEXT, error TEXT, cause TEXT,
  started_at INTEGER NOT NULL, stopped_at INTEGER, redrive_count INTEGER NOT NULL DEFAULT 0, redriven_at INTEGER,
  map_run TEXT, child_index INTEGER, items INTEGER
);
CREATE INDEX IF NOT EXISTS sfn_executions_by_machine ON sfn_executions (machine_arn, id);
CREATE INDEX IF NOT EXISTS sfn_executions_by_map_run ON sfn_executions (map_run, id) WHERE map_run IS NOT NULL;
CREATE INDEX IF NOT EXISTS sfn_executions_running ON sfn_executions (id) WHERE status = 'RUNNING';
CREATE TABLE IF NOT EXISTS sfn_qualified (execution INTEGER PRIMARY KEY, version_arn TEXT NOT NULL, alias_arn TEXT);
CREATE TABLE IF NOT EXISTS sfn_versions (
  machine_arn TEXT NOT NULL, number INTEGER NOT NULL, revision TEXT NOT NULL, description TEXT, created_at INTEGER NOT NULL,
  deleted INTEGER NOT NULL, PRIMARY KEY (machine_arn, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sfn_aliases (
  machine_arn TEXT NOT NULL, name TEXT NOT NULL, description TEXT, routes TEXT NOT NULL, created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL, PRIMARY KEY (machine_arn, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sfn_activities (arn TEXT PRIMARY KEY, name TEXT NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sfn_map_runs (
  arn TEXT PRIMARY KEY, execution_arn TEXT NOT NULL, label TEXT NOT NULL, status TEXT NOT NULL, started_at INTEGER NOT NULL, stopped_at INTEGER,
  max_concurrency INTEGER NOT NULL, tolerated_count INTEGER NOT NULL, tolerated_percentage REAL NOT NULL,
  children INTEGER NOT NULL, items INTEGER NOT NULL, express TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sfn_map_run_redrives (map_run TEXT PRIMARY KEY, redrives INTEGER NOT NULL, redriven_at INTEGER NOT NULL) WITHOUT ROWID;
${LOG_TABLES}`;

export const createTables = (database: DatabaseSync): void => database.exec(SCHEMA);
