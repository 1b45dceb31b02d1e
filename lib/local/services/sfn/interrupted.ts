// Finds what ran when the engine went down.
import type { Clock } from '../../clock.ts';
import type { Journal } from '../../states/history/journal.ts';
import { foldLog, outstandingTokens } from '../../states/history/resume.ts';
import type { Tokens } from '../../states/integrations/tokens.ts';
import { Payload } from '../../states/json.ts';
import { type ExecutionRow, type ExecutionRows, rowOfNew } from './execution-rows.ts';
import { endIn, startIn } from './row-from-log.ts';

interface Left {
  readonly rows: ExecutionRows;
  readonly journal: Journal;
  readonly tokens: Tokens;
  readonly clock: Clock;
}

const damage = (what: string, thrown: unknown, id: number): string => {
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

/** False for an execution whose log cannot be read: it has failed, and its log is left as it is. */
const goesOn = ({ rows, journal, tokens, clock }: Left, { id, input }: ExecutionRow): boolean => {
  try {
    const log = journal.read(id);
    foldLog(log, Payload.parse(input));
    if (!endIn(log)) for (const token of outstandingTokens(log)) tokens.expect(token);
    return true;
  } catch (thrown) {
    const cause = damage('the execution', thrown, id);
    rows.close(id, { status: 'FAILED', error: 'States.Runtime', cause }, clock.now());
    return false;
  }
};

/**
 * The executions to be carried on. Those of which nothing but the log was written go to `store`; somebody may answer the tokens that are
 * waited for from now on.
 */
export const interrupted = (left: Left, store: (row: ExecutionRow) => void): ExecutionRow[] => {
  // All are read first: what keeps a row from being written is no damage of the next log.
  const found = left.journal.startedAfter(left.rows.lastId).map((id) => unkept(left, id));
  for (const row of found) if (row) store(row);
  left.journal.flush();
  return left.rows.running().filter((row) => goesOn(left, row));
};
