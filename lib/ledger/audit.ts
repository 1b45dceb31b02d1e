// The audit trail of a run: entries are made once and never changed.
import { type AuditEntry, askedEntry, auditKey, endedEntry, type RunRecord, runKey } from '../records/index.ts';
import type { Table } from './table.ts';

export interface Audit {
  /** Records an action; false when one of this id is recorded. */
  record(pipeline: string, run: string, entry: AuditEntry): Promise<boolean>;
  /** Whether an action of this id was recorded. */
  has(pipeline: string, run: string, id: string): Promise<boolean>;
  /** Oldest first. */
  list(pipeline: string, run: string): Promise<readonly AuditEntry[]>;
}

export const openAudit = (table: Table): Audit => ({
  record: (pipeline, run, entry) => table.create(auditKey(pipeline, run, entry.id), entry),
  has: async (pipeline, run, id) => (await table.get(auditKey(pipeline, run, id))) !== undefined,
  list: async (pipeline, run) => {
    const stored = await table.list<AuditEntry>(`run#${pipeline}#${run}`, auditKey(pipeline, run, '').sk);
    const record = await table.get<RunRecord>(runKey(pipeline, run));
    const known = new Set(stored.map(({ id }) => id));
    // The first: a fork's is stored, as is that of runs from before it was not. The last: until whoever ended the run has told all of it.
    const told = record ? [askedEntry(record), endedEntry(record) ?? []].flat() : [];
    const entries = [...told.filter(({ id }) => !known.has(id)), ...stored];
    return entries.toSorted((a, b) => a.at.localeCompare(b.at));
  },
});
