// The gate of a pipeline that limits its runs: one item, changed only as it was read.
import { type Gate, gateKey } from '../records/index.ts';
import type { Table } from './table.ts';

export interface Gates {
  /** The gate as it stands; an empty one where nobody came yet. */
  get(pipeline: string): Promise<Gate>;
  /** Puts `after` in the place of what was read; false when somebody else changed it first. */
  replace(pipeline: string, before: Gate, after: Omit<Gate, 'version'>): Promise<boolean>;
}

const empty: Gate = { running: [], queued: [], owed: [], version: 0 };

export const openGates = (table: Table): Gates => ({
  get: async (pipeline) => (await table.get<Gate>(gateKey(pipeline))) ?? empty,

  replace: async (pipeline, { version }, { running, queued, givingWay, owed }) => {
    const changed = await table.update({
      key: gateKey(pipeline),
      set: { running, queued, givingWay: givingWay ?? [], owed, version: version + 1 },
      ...(version === 0
        ? { condition: 'attribute_not_exists(pk)' }
        : { condition: '#version = :before', values: { before: version } }),
    });
    return changed !== undefined;
  },
});
