// How SQLite finds messages: each receive, and each letter of a move, asks, however long the queue is.
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import { queueTable } from '../../../lib/local/services/sqs/queue-table.ts';

test('what is too old is found without a look at the rest, and the oldest without a sort', () => {
  const database = new DatabaseSync(':memory:');
  const statements: string[] = [];
  const prepare = database.prepare.bind(database);
  database.prepare = (sql) => {
    statements.push(sql);
    return prepare(sql);
  };
  queueTable(database);
  const planOf = (part: string): readonly string[] =>
    statements
      .filter((sql) => sql.includes(part))
      .flatMap((sql) => prepare(`EXPLAIN QUERY PLAN ${sql}`).all())
      .map(({ detail }) => String(detail));
  expect(planOf('sent_ms <')).toEqual([expect.stringContaining('(queue=? AND sent_ms<?)')]);
  const oldestFirst = planOf('ORDER BY seq');
  expect(oldestFirst).toContainEqual(expect.stringContaining('INDEX sqs_by_age (queue=?)'));
  expect(oldestFirst.filter((step) => step.includes('TEMP B-TREE'))).toEqual([]);
  database.close();
});
