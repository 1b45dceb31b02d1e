import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from '@jest/globals';
import { virtualClock } from '../../../lib/local/index.ts';
import { LOG_TABLES } from '../../../lib/local/states/history/chunk-table.ts';
import { ExecutionLog } from '../../../lib/local/states/history/encoding.ts';
import { Journal } from '../../../lib/local/states/history/journal.ts';
import type { EventRecord } from '../../../lib/local/states/history/record.ts';

const event = (id: number): EventRecord => ({
  frame: 0,
  id,
  previous: id - 1,
  at: 1000 + id,
  type: 'TaskSucceeded',
  details: { output: `"${id}"` },
});

const opened = () => {
  const database = new DatabaseSync(':memory:');
  database.exec(LOG_TABLES);
  const journal = (): Journal => new Journal(database, virtualClock());
  return { database, journal };
};

/** Commits in which execution 1 always, execution 2 each third and execution 3 each hundredth time has something to say. */
const write = (journal: Journal, commits: number): ReadonlyMap<number, EventRecord[]> => {
  const logs = [1, 2, 3].map((execution) => new ExecutionLog(execution));
  const written = new Map<number, EventRecord[]>(logs.map(({ execution }) => [execution, []]));
  for (let commit = 0; commit < commits; commit++) {
    for (const [index, every] of [1, 3, 100].entries()) {
      const log = logs[index];
      if (!log || commit % every > 0) continue;
      const records = written.get(log.execution) ?? [];
      for (let more = 0; more < 2; more++) {
        records.push(event(records.length + 1));
        journal.append(log, event(records.length));
      }
    }
    journal.flush();
  }
  return written;
};

test('a full disk in the middle of a transaction: nothing of it is there, and the error is that of the disk', () => {
  const { database, journal } = opened();
  database.exec('CREATE TABLE other (text TEXT); PRAGMA max_page_count = 20');
  const one = journal();
  one.append(new ExecutionLog(1), event(1));
  one.also(() => database.prepare('INSERT INTO other VALUES (?)').run('x'.repeat(100_000)));
  expect(() => one.flush()).toThrow(
    'HDL525 the state in memory cannot be written (database or disk is full); expected a disk with room that takes what is written. Fix: make room and start the engine again: what was answered is kept, and it carries on from there.',
  );
  expect(database.prepare('SELECT count(*) AS chunks FROM sfn_log').get()?.chunks).toBe(0);
  one.append(new ExecutionLog(1), event(2));
  expect(() => one.flush()).toThrow('database or disk is full');
  one.close();
});

test('nobody makes it write within a transaction that may be taken back', () => {
  const { database, journal } = opened();
  const one = journal();
  one.append(new ExecutionLog(1), event(1));
  one.also(() => undefined);
  database.exec('BEGIN');
  expect(() => one.read(1)).toThrow('no transaction that may be taken back');
  database.exec('ROLLBACK');
  expect(one.read(1)).toEqual([event(1)]);
});

describe('a commit', () => {
  const rows = (database: DatabaseSync) =>
    Number(database.prepare('SELECT count(*) AS chunks FROM sfn_log').get()?.chunks);

  test('of one who is alone is made at once', () => {
    const { database, journal } = opened();
    const one = journal();
    one.append(new ExecutionLog(1), event(1));
    expect(one.commit(true)).toBeUndefined();
    expect(rows(database)).toBe(1);
    expect(one.commit()).toBeUndefined();
  });

  test.each<[string, (journal: Journal) => void]>([
    ['another log', (journal) => journal.append(new ExecutionLog(2), event(1))],
    ['what is told to others', (journal) => journal.also(() => undefined)],
    ['one who waits already', (journal) => void journal.commit()],
  ])('beside %s is shared, at the end of the turn', async (_who, besides) => {
    const { database, journal } = opened();
    const one = journal();
    one.append(new ExecutionLog(1), event(1));
    besides(one);
    const shared = one.commit(true);
    expect(rows(database)).toBe(0);
    await shared;
    expect(rows(database)).toBe(1);
    expect(one.read(1)).toEqual([event(1)]);
  });

  test('after one that failed is none: what came later would not fit what is there', () => {
    const { database, journal } = opened();
    const one = journal();
    const log = new ExecutionLog(1);
    one.append(log, event(1));
    one.behind(() => {
      throw new Error('the disk is full');
    });
    expect(() => one.read(1)).toThrow('the disk is full'); // somebody looked, and is told
    one.append(log, event(2));
    expect(() => one.commit(true)).toThrow('the disk is full');
    one.close();
    expect(rows(database)).toBe(0);
  });

  test('that nobody asks for is made all the same, also after one that was made at once', async () => {
    const { database, journal } = opened();
    const one = journal();
    const log = new ExecutionLog(1);
    one.append(log, event(1));
    one.commit(true);
    one.append(log, event(2));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(rows(database)).toBe(2);
  });
});

describe('the journal gives back what each execution wrote', () => {
  // 1,024 places are indexed at once: before the first time, after several, and where a process ended in between.
  test.each([1, 10, 500, 3000])('after %i commits and a process that was killed', (commits) => {
    const { journal } = opened();
    const written = write(journal(), commits);
    const after = journal(); // nothing was closed
    for (const [execution, records] of written) expect(after.read(execution)).toEqual(records);
  });

  test('after a close, and with what came later', () => {
    const { journal } = opened();
    const first = journal();
    const log = new ExecutionLog(1);
    first.append(log, event(1));
    first.close();
    first.append(log, event(99)); // dropped: the journal is closed
    const second = journal();
    second.append(new ExecutionLog(1), event(2));
    expect(second.read(1)).toEqual([event(1), event(2)]);
    expect(second.read(2)).toEqual([]);
  });

  test('more than one chunk of executions in a commit', () => {
    const { database, journal } = opened();
    const one = journal();
    for (let execution = 1; execution <= 2000; execution++) one.append(new ExecutionLog(execution), event(1));
    one.flush();
    expect(Number(database.prepare('SELECT count(*) AS chunks FROM sfn_log').get()?.chunks)).toBeGreaterThan(1);
    for (const execution of [1, 999, 2000]) expect(one.read(execution)).toEqual([event(1)]);
  });

  test('who wrote little shares no chunk with one who wrote much, whose every read would sum it up', () => {
    const { database, journal } = opened();
    const one = journal();
    for (const [execution, length] of [20, 1_000_000, 20, 20, 30_000, 30_000].entries())
      one.append(new ExecutionLog(execution + 1), { ...event(1), details: { output: 'x'.repeat(length) } });
    one.flush();
    const chunks = database.prepare('SELECT executions FROM sfn_log ORDER BY id').all();
    expect(chunks.map(({ executions }) => executions)).toEqual(['1', '2', '3 4 5', '6']);
    for (let execution = 1; execution <= 6; execution++) expect(one.read(execution)).toHaveLength(1);
  });

  test('what a killed process left out of the index is indexed once it is long, not only once it is many', () => {
    const { database, journal } = opened();
    const long = { ...event(1), details: { output: 'x'.repeat(3_000_000) } };
    const indexed = () => Number(database.prepare('SELECT max(last) AS last FROM sfn_log_index').get()?.last ?? 0);
    for (const [execution, last] of [
      [1, 0],
      [2, 0],
      [3, 3],
    ] as const) {
      const life = journal(); // nothing was closed
      life.append(new ExecutionLog(execution), long);
      life.flush();
      expect(indexed()).toBe(last);
    }
  });

  test('two logs of one execution in a commit', () => {
    const { journal } = opened();
    const one = journal();
    one.append(new ExecutionLog(1), event(1));
    one.append(new ExecutionLog(1), event(2));
    expect(one.read(1)).toEqual([event(1), event(2)]);
    expect(journal().read(1)).toEqual([event(1), event(2)]);
  });

  test.each([
    ['of a payload', (records: string) => records.replace('"7"', '"8"')],
    ['of an id', (records: string) => records.replace(/^\d/, '9')],
  ])('one letter %s that is another is found once the index has the chunk, and named', (_what, harm) => {
    const { database, journal } = opened();
    const before = journal();
    write(before, 2_100); // the index has the first 2,048
    before.close();
    const { records } = database.prepare('SELECT records FROM sfn_log WHERE id = 4').get() ?? {};
    const harmed = harm(String(records));
    expect(harmed).not.toBe(records);
    database.prepare('UPDATE sfn_log SET records = ? WHERE id = 4').run(harmed);
    const after = journal();
    expect(() => after.read(1)).toThrow('the chunk 4 of the log is not what was written');
    expect(after.read(3)).toHaveLength(2 * 21);
  });

  test('whose a chunk is, and in which order, is found to be another too', () => {
    const { database, journal } = opened();
    const before = journal();
    write(before, 12);
    before.close();
    database.exec("UPDATE sfn_log SET executions = '1 1' WHERE id = 4");
    expect(() => journal().read(1)).toThrow('the chunk 4 of the log is not what was written');
    database.exec("UPDATE sfn_log SET executions = '1 2' WHERE id = 4");
    expect(journal().read(1)).toHaveLength(24);
    database.exec("UPDATE sfn_log_index SET chunks = replace(chunks, '10 11 12', '10 12 12') WHERE execution = 1");
    expect(() => journal().read(1)).toThrow('the index of the log has chunk 12 after chunk 12');
  });

  test('a chunk that is gone before the index has it makes no other one suspect', () => {
    const { database, journal } = opened();
    const before = journal();
    write(before, 12);
    database.exec('DELETE FROM sfn_log WHERE id = 4');
    before.close();
    expect(() => journal().read(2)).toThrow('has lost its chunk 4');
    expect(journal().read(3)).toHaveLength(2);
  });

  test('what is written alone comes into the index too', async () => {
    const { database, journal } = opened();
    const alone = journal();
    const log = new ExecutionLog(1);
    for (let id = 1; id <= 1_100; id++) {
      alone.append(log, event(id));
      const written = alone.commit(true);
      if (id === 1) expect(written).toBe(undefined); // a later one is shared where this machine takes long for a turn
      await written;
      await new Promise(setImmediate);
    }
    const { last } = database.prepare('SELECT max(last) AS last FROM sfn_log_index WHERE execution = 0').get() ?? {};
    expect(last).toBe(1_024);
  });

  test('chunks that were written before there were sums are read as they are', () => {
    const { database, journal } = opened();
    const before = journal();
    const written = write(before, 10);
    before.close();
    database.exec("UPDATE sfn_log_index SET chunks = '' WHERE execution = 0");
    const after = journal();
    for (const [execution, records] of written) expect(after.read(execution)).toEqual(records);
    write(after, 5);
    after.close();
    expect(journal().read(2)).toHaveLength(2 * (4 + 2));
  });

  test('a chunk that is gone is named', () => {
    const { database, journal } = opened();
    write(journal(), 3);
    const after = journal();
    database.exec('DELETE FROM sfn_log WHERE id = 2');
    expect(() => after.read(1)).toThrow('has lost its chunk 2');
    expect(after.read(3)).toHaveLength(2);
  });
});
