// Finds what ran when the engine went down, and brings the rows of executions in step with their logs, behind which they are written.
import type { DatabaseSync } from 'node:sqlite';
import { atomically } from '../../atomically.ts';
import type { Clock } from '../../clock.ts';
import { AwsError, type BusEvent, type EngineContext } from '../../service.ts';
import type { Journal } from '../../states/history/journal.ts';
import { foldLog, outstandingTokens } from '../../states/history/resume.ts';
import type { Tokens } from '../../states/integrations/tokens.ts';
import { Payload } from '../../states/json.ts';
import { statusChange } from './descriptions.ts';
import { type ExecutionRow, type ExecutionRows, rowOfEnded, rowOfNew } from './execution-rows.ts';
import { endIn, startIn } from './row-from-log.ts';

interface Left {
  readonly rows: ExecutionRows;
  readonly journal: Journal;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly database: DatabaseSync;
  /** Throws AwsError where its definition is none. */
  check(row: ExecutionRow): void;
}

/** What the event bus is yet to be told. Made when it is needed: most engines start on a new state, or have been closed. */
const UNTOLD = 'CREATE TABLE IF NOT EXISTS sfn_untold (id INTEGER PRIMARY KEY, event TEXT NOT NULL)';

/** What is said of a log that cannot be read. */
export const damage = (what: string, thrown: unknown, id: number): string => {
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return `HDL522 the log of ${what} is damaged (${why}). It is kept as it is under execution ${id} in the table sfn_log.`;
};

/** The row of an execution that has a log and no row yet; its id is in use from now on, whatever the log says. */
const unkept = ({ rows, journal }: Left, id: number): ExecutionRow | undefined => {
  rows.lastId = id;
  try {
    const start = startIn(journal.read(id));
    return rowOfNew(start, id, start.startedAt);
  } catch (thrown) {
    process.emitWarning(damage('an execution', thrown, id));
    return undefined;
  }
};

/**
 * Writes what a row is to say. That the event bus is yet to be told of it is written with it: the engine may have been opened only to look,
 * and nobody is there who could hear it.
 */
const bring = ({ database }: Left, row: ExecutionRow, write: () => void): void =>
  atomically(database, () => {
    write();
    if (row.mapRun !== undefined) return; // children of Map Runs are not told of
    database.exec(UNTOLD);
    database.prepare('INSERT INTO sfn_untold (event) VALUES (?)').run(JSON.stringify(statusChange(row)));
  });

/** One is refused that was damaged, or that a version of the engine took which knew less of AWS's rules. */
const refusedNow = ({ message }: AwsError): string =>
  `HDL524 the definition that the execution started with is refused (${message}). Start it again with another.`;

/**
 * How an execution ended whose row does not say so; undefined for one that goes on. One of which the log or the definition cannot be
 * read has failed: the others go on.
 */
const endOf = ({ journal, tokens, clock, check }: Left, row: ExecutionRow): ReturnType<typeof endIn> => {
  const { id, input } = row;
  try {
    const log = journal.read(id);
    const ended = endIn(log);
    if (ended) return ended;
    foldLog(log, Payload.parse(input));
    check(row);
    for (const token of outstandingTokens(log)) tokens.expect(token);
    return undefined;
  } catch (thrown) {
    const cause = thrown instanceof AwsError ? refusedNow(thrown) : damage('the execution', thrown, id);
    return { outcome: { status: 'FAILED', error: 'States.Runtime', cause }, at: clock.now() }; // its log is left as it is
  }
};

/** The executions to be carried on; somebody may answer the tokens that they wait for from now on. */
const interrupted = (left: Left): ExecutionRow[] => {
  // All are read first: what keeps a row from being written is no damage of the next log.
  const found = left.journal.startedAfter(left.rows.lastId).map((id) => unkept(left, id));
  for (const row of found) if (row) bring(left, row, () => left.rows.insert(row));
  return left.rows.running().filter((row) => {
    const ended = endOf(left, row);
    if (!ended) return true;
    const { outcome, at } = ended;
    bring(left, rowOfEnded(row, outcome, at), () => left.rows.close(row.id, outcome, at));
    return false;
  });
};

/** Why one is stopped that the task of an execution waits for. */
export const managedBy = (arn: string): string =>
  `The Task state in AWS Step Functions execution [${arn}] which was managing this resource was aborted`;

/** What ran when the engine went down and has not been carried on with since, by ARN. */
export class LeftOver {
  readonly executions = new Map<string, ExecutionRow>();
  /** Map Runs, and the executions that they belong to. */
  readonly mapRuns = new Map<string, string>();

  find(left: Left): void {
    for (const row of interrupted(left)) this.executions.set(row.arn, row);
    if (left.rows.lastId === 0) return;
    const runs = left.database.prepare("SELECT arn, execution_arn FROM sfn_map_runs WHERE status = 'RUNNING'").all();
    for (const { arn, execution_arn: execution } of runs) this.mapRuns.set(String(arn), String(execution));
  }

  childrenOf(mapRun: string): ExecutionRow[] {
    return [...this.executions.values()].filter((row) => row.mapRun === mapRun);
  }

  mapRunsOf(execution: string): string[] {
    return [...this.mapRuns].filter(([, parent]) => parent === execution).map(([arn]) => arn);
  }

  /** Nobody carries on with these: what they belonged to could not be read, or was stopped by a version that left them. */
  mapRunsWithoutParent(): string[] {
    return [...this.mapRuns].filter(([, parent]) => !this.executions.has(parent)).map(([arn]) => arn);
  }

  childrenWithoutMapRun(): ExecutionRow[] {
    return [...this.executions.values()].filter(({ mapRun }) => mapRun !== undefined && !this.mapRuns.has(mapRun));
  }
}

/**
 * Tells the event bus what it is yet to be told, each in the transaction that forgets it. What it cannot be told now is kept for the next
 * time: the others are told, and the engine opens.
 */
export const tellUntold = ({ database, emit }: Pick<EngineContext, 'database' | 'emit'>): void => {
  database.exec(UNTOLD);
  for (const { id, event } of database.prepare('SELECT id, event FROM sfn_untold ORDER BY id').all()) {
    const told = JSON.parse(String(event)) as BusEvent; // only `bring` writes this column
    try {
      atomically(database, () => {
        database.prepare('DELETE FROM sfn_untold WHERE id = ?').run(id ?? null);
        emit(told);
      });
    } catch (thrown) {
      const { executionArn, status } = told.detail;
      process.emitWarning(`the event bus could not be told that ${executionArn} is ${status}: ${String(thrown)}`);
    }
  }
};
