// Backfills: a record each, made once, and changed only as it was read.
import {
  type BackfillRecord,
  type BackfillStatus,
  backfillKey,
  backfillsIndexKey,
  runsIndex,
} from '../records/index.ts';
import type { Table } from './table.ts';

export interface Backfills {
  /** False when one of this id is there. */
  create(backfill: BackfillRecord): Promise<boolean>;
  get(id: string): Promise<BackfillRecord | undefined>;
  /** Puts down how far it is; false when somebody else changed it since it was read. */
  advance(
    before: BackfillRecord,
    after: Pick<BackfillRecord, 'status' | 'states' | 'others' | 'endedAt' | 'nextLookAt'>,
  ): Promise<boolean>;
  /** What a person asks of it. Undefined when it is none of `from`. */
  change(
    id: string,
    from: readonly BackfillStatus[],
    to: { readonly status: BackfillStatus; readonly changedBy: string; readonly endedAt?: string },
  ): Promise<BackfillRecord | undefined>;
  /** The newest, newest first. */
  latest(limit: number): Promise<readonly BackfillRecord[]>;
}

export const openBackfills = (table: Table): Backfills => ({
  create: (backfill) =>
    table.create(backfillKey(backfill.id), { ...backfill, ...backfillsIndexKey(backfill.createdAt, backfill.id) }),

  get: (id) => table.get(backfillKey(id)),

  advance: async ({ id, version }, { status, states, others, endedAt, nextLookAt }) => {
    const advanced = await table.update({
      key: backfillKey(id),
      set: { status, states, others, endedAt, nextLookAt, version: version + 1 },
      ...(endedAt === undefined ? { remove: ['endedAt'] } : {}),
      condition: '#version = :before',
      values: { before: version },
    });
    return advanced !== undefined;
  },

  change: (id, from, to) => {
    const names = from.map((_, index) => `:from${index}`);
    return table.update({
      key: backfillKey(id),
      set: { ...to },
      add: { version: 1 },
      condition: `#status IN (${names.join(', ')})`,
      values: Object.fromEntries(from.map((status, index) => [`from${index}`, status])),
    });
  },

  latest: (limit) => table.latest(runsIndex, 'backfills', limit),
});
