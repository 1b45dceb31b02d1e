// Queues and their messages in the engine's database. All times are milliseconds since the epoch.
import type { DatabaseSync } from 'node:sqlite';
import type { Shape } from '../../service.ts';
import { type StoredMap, storedMap } from '../../stored-map.ts';
import type { QueueAttributes } from './attribute-checks.ts';

export interface Queue {
  readonly name: string;
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly attributes: QueueAttributes;
  readonly tags: { readonly [key: string]: string };
  /** When it was last purged. */
  readonly purgedMs?: number;
}

/** One message. `groupId` and `dedupId` are empty texts where the message has none. */
export interface Message {
  readonly seq: number;
  readonly id: string;
  readonly body: string;
  readonly attributes: Shape;
  readonly sentMs: number;
  readonly visibleMs: number;
  readonly firstReceivedMs: number;
  readonly receives: number;
  readonly receipt: string;
  readonly groupId: string;
  readonly dedupId: string;
  /** ARN of the queue that this message was a dead letter of. */
  readonly source: string;
}

export type NewMessage = Omit<Message, 'seq' | 'firstReceivedMs' | 'receives' | 'receipt'>;

export interface MessageCounts {
  readonly visible: number;
  readonly delayed: number;
  readonly inFlight: number;
}

export interface QueueTable {
  readonly queues: StoredMap<Queue>;
  insert(queue: string, message: NewMessage): number;
  /** Messages that may be received now, oldest first; of a FIFO queue only from groups with nothing in flight. */
  receivable(queue: string, nowMs: number, limit: number, isFifo: boolean): readonly Message[];
  find(queue: string, seq: number): Message | undefined;
  received(message: Message): void;
  setVisible(seq: number, visibleMs: number): void;
  /** Takes the last receive of every message in flight back: it is visible now, and that receive does not count. */
  takeReceivesBack(queue: string, nowMs: number): void;
  /** Moves a message to another queue; it is visible there at once, with a new receive count. */
  move(message: Message, target: string, source: string, sentMs: number): void;
  remove(seq: number): void;
  /** Of a queue that is purged or gone: its messages, and what was sent to it. */
  forget(queue: string): void;
  dropSentBefore(queue: string, sentMs: number): void;
  hasVisible(queue: string, nowMs: number): boolean;
  /** When the next hidden message becomes visible, or undefined. */
  nextVisibleMs(queue: string, nowMs: number): number | undefined;
  counts(queue: string, nowMs: number): MessageCounts;
  oldest(queue: string, limit: number): readonly Message[];
  duplicate(queue: string, dedupId: string, nowMs: number): { id: string; seq: number } | undefined;
  /** Takes what is sent again under `dedupId` for that message until `untilMs`; forgets what is over. */
  remember(queue: string, dedupId: string, first: { id: string; seq: number; untilMs: number }, nowMs: number): void;
}

const messageOf = (row: Record<string, unknown>): Message => ({
  seq: Number(row.seq),
  id: String(row.id),
  body: String(row.body),
  attributes: JSON.parse(String(row.attributes)),
  sentMs: Number(row.sent_ms),
  visibleMs: Number(row.visible_ms),
  firstReceivedMs: Number(row.first_ms),
  receives: Number(row.receives),
  receipt: String(row.receipt),
  groupId: String(row.group_id),
  dedupId: String(row.dedup_id),
  source: String(row.source),
});

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS sqs_messages
    (seq INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
     attributes TEXT NOT NULL, sent_ms INTEGER NOT NULL, visible_ms INTEGER NOT NULL, first_ms INTEGER NOT NULL,
     receives INTEGER NOT NULL, receipt TEXT NOT NULL, group_id TEXT NOT NULL, dedup_id TEXT NOT NULL,
     source TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS sqs_by_visibility ON sqs_messages (queue, visible_ms);
  CREATE INDEX IF NOT EXISTS sqs_by_age ON sqs_messages (queue, seq, visible_ms);
  CREATE INDEX IF NOT EXISTS sqs_by_sending ON sqs_messages (queue, sent_ms);
  CREATE INDEX IF NOT EXISTS sqs_by_group ON sqs_messages (queue, group_id, visible_ms);
  CREATE TABLE IF NOT EXISTS sqs_duplicates
    (queue TEXT NOT NULL, dedup_id TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, until_ms INTEGER NOT NULL,
     PRIMARY KEY (queue, dedup_id)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sqs_by_end ON sqs_duplicates (queue, until_ms);`;

const OPEN_GROUP = `AND group_id NOT IN
  (SELECT group_id FROM sqs_messages WHERE queue = ?1 AND visible_ms > ?2 AND receives > 0)`;

/** Opens the tables, made where they are missing. */
export const queueTable = (database: DatabaseSync): QueueTable => {
  database.exec(SCHEMA);
  const insert = database.prepare(
    `INSERT INTO sqs_messages (queue, id, body, attributes, sent_ms, visible_ms, first_ms, receives, receipt, group_id,
       dedup_id, source) VALUES (?, ?, ?, ?, ?, ?, 0, 0, '', ?, ?, ?)`,
  );
  // `+visible_ms` keeps SQLite on the index by age: oldest first without a sort, however long the queue.
  const select = (open: string) =>
    database.prepare(`SELECT * FROM sqs_messages WHERE queue = ?1 AND +visible_ms <= ?2 ${open} ORDER BY seq LIMIT ?3`);
  const standard = select('');
  const fifo = select(OPEN_GROUP);
  const takenBack = database.prepare(
    'UPDATE sqs_messages SET visible_ms = ?2, receives = receives - 1 WHERE queue = ?1 AND visible_ms > ?2 AND receives > 0',
  );
  const one = database.prepare('SELECT * FROM sqs_messages WHERE queue = ? AND seq = ?');
  const received = database.prepare(
    'UPDATE sqs_messages SET visible_ms = ?, first_ms = ?, receives = ?, receipt = ? WHERE seq = ?',
  );
  const setVisible = database.prepare('UPDATE sqs_messages SET visible_ms = ? WHERE seq = ?');
  const move = database.prepare(
    `UPDATE sqs_messages SET queue = ?, source = ?, sent_ms = ?, visible_ms = 0, receives = 0, first_ms = 0,
       receipt = '' WHERE seq = ?`,
  );
  const remove = database.prepare('DELETE FROM sqs_messages WHERE seq = ?');
  const clear = database.prepare('DELETE FROM sqs_messages WHERE queue = ?');
  const drop = database.prepare('DELETE FROM sqs_messages WHERE queue = ? AND sent_ms < ?');
  const next = database.prepare('SELECT MIN(visible_ms) AS at FROM sqs_messages WHERE queue = ? AND visible_ms > ?');
  const anyVisible = database.prepare('SELECT 1 FROM sqs_messages WHERE queue = ? AND visible_ms <= ? LIMIT 1');
  const counts = database.prepare(
    `SELECT COUNT(*) FILTER (WHERE visible_ms <= ?2) AS visible,
            COUNT(*) FILTER (WHERE visible_ms > ?2 AND receives = 0) AS delayed,
            COUNT(*) FILTER (WHERE visible_ms > ?2 AND receives > 0) AS in_flight FROM sqs_messages WHERE queue = ?1`,
  );
  const oldest = database.prepare('SELECT * FROM sqs_messages WHERE queue = ? ORDER BY seq LIMIT ?');
  const duplicate = database.prepare(
    'SELECT id, seq FROM sqs_duplicates WHERE queue = ? AND dedup_id = ? AND until_ms > ?',
  );
  const remember = database.prepare('INSERT OR REPLACE INTO sqs_duplicates VALUES (?, ?, ?, ?, ?)');
  const forgetOld = database.prepare('DELETE FROM sqs_duplicates WHERE queue = ? AND until_ms <= ?');
  return {
    queues: storedMap<Queue>(database, 'sqs_queues'),
    insert: (queue, { id, body, attributes, sentMs, visibleMs, groupId, dedupId, source }) => {
      const text = JSON.stringify(attributes);
      return Number(insert.run(queue, id, body, text, sentMs, visibleMs, groupId, dedupId, source).lastInsertRowid);
    },
    receivable: (queue, nowMs, limit, isFifo) => (isFifo ? fifo : standard).all(queue, nowMs, limit).map(messageOf),
    find: (queue, seq) => {
      const row = one.get(queue, seq);
      return row && messageOf(row);
    },
    received: ({ seq, visibleMs, firstReceivedMs, receives, receipt }) =>
      void received.run(visibleMs, firstReceivedMs, receives, receipt, seq),
    setVisible: (seq, visibleMs) => void setVisible.run(visibleMs, seq),
    move: ({ seq }, target, source, sentMs) => void move.run(target, source, sentMs, seq),
    remove: (seq) => void remove.run(seq),
    forget: (queue) => {
      clear.run(queue);
      forgetOld.run(queue, Number.MAX_SAFE_INTEGER);
    },
    dropSentBefore: (queue, sentMs) => void drop.run(queue, sentMs),
    takeReceivesBack: (queue, nowMs) => {
      takenBack.run(queue, nowMs);
    },
    hasVisible: (queue, nowMs) => anyVisible.get(queue, nowMs) !== undefined,
    nextVisibleMs: (queue, nowMs) => {
      const at = next.get(queue, nowMs)?.at;
      return typeof at === 'number' ? at : undefined;
    },
    counts: (queue, nowMs) => {
      const row = counts.get(queue, nowMs);
      return {
        visible: Number(row?.visible),
        delayed: Number(row?.delayed),
        inFlight: Number(row?.in_flight),
      };
    },
    oldest: (queue, limit) => oldest.all(queue, limit).map(messageOf),
    duplicate: (queue, dedupId, nowMs) => {
      const row = duplicate.get(queue, dedupId, nowMs);
      return row && { id: String(row.id), seq: Number(row.seq) };
    },
    remember: (queue, dedupId, { id, seq, untilMs }, nowMs) => {
      forgetOld.run(queue, nowMs);
      remember.run(queue, dedupId, id, seq, untilMs);
    },
  };
};
