// Dead letters of triggers: start messages that could not start a run.
import { type LostStart, lostStartKey } from '../records/index.ts';
import type { Table } from './table.ts';

/** Who closed one, when, and with what. */
export type Closing = Required<Pick<LostStart, 'state' | 'closedBy' | 'closedAt' | 'because'>>;

export interface LostStarts {
  /** Records a failed start; a further one of the same message counts up, and opens it again. Gives whether it is to be told. */
  record(lost: LostStart): Promise<boolean>;
  /** Notes that it was told, so that it is told once as long as it stays open. */
  told(id: string): Promise<void>;
  get(id: string): Promise<LostStart | undefined>;
  list(): Promise<readonly LostStart[]>;
  /** Closes an open one. False when it is not open. */
  close(id: string, closing: Closing): Promise<boolean>;
}

export const openLostStarts = (table: Table): LostStarts => ({
  record: async ({ attempts, ...lost }) => {
    const key = lostStartKey(lost.id);
    if (await table.create(key, { ...lost, attempts, state: 'open', told: false })) return true;
    const { error, cause, lastAt } = lost;
    const again = await table.update<{ readonly told?: boolean }>({
      key,
      set: { error, cause, lastAt, state: 'open' },
      setOnce: { told: false },
      add: { attempts },
      remove: ['closedBy', 'closedAt', 'because'],
      condition: 'attribute_exists(pk)',
    });
    return again?.told !== true;
  },

  told: async (id) => {
    await table.update({ key: lostStartKey(id), set: { told: true }, condition: 'attribute_exists(pk)' });
  },

  get: (id) => table.get(lostStartKey(id)),

  list: () => table.list(lostStartKey('').pk, ''),

  close: async (id, closing) =>
    (await table.update({
      key: lostStartKey(id),
      set: { ...closing },
      remove: ['told'],
      condition: '#state = :open',
      values: { open: 'open' },
    })) !== undefined,
});
