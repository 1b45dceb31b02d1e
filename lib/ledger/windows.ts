// Windows in which events are gathered: each is one item, changed only as it was read; each event is in one of them.
import {
  type EventWindow,
  type WindowAddress,
  type WindowMember,
  windowKey,
  windowMemberKey,
  windowsHeadKey,
} from '../records/index.ts';
import type { Table } from './table.ts';

export interface Windows {
  /** The number of the window that an event is to be in: the one it was given before, else the open one. */
  numberFor(at: WindowAddress, id: string): Promise<number>;
  /** Gives an event the window after one that was sealed without it. The number that it has then. */
  moveOn(at: WindowAddress, id: string, from: number): Promise<number>;
  get(at: WindowAddress, number: number): Promise<EventWindow | undefined>;
  /** Puts an event into a window that is as it was read, or is not there yet. False when it changed. */
  add(
    at: WindowAddress,
    number: number,
    before: EventWindow | undefined,
    member: WindowMember,
    closing: Pick<EventWindow, 'closesAt' | 'closesBy'>,
  ): Promise<boolean>;
  /** Seals a window. Gives it as it is then, also when it was sealed before; undefined when it changed since it was read. */
  close(at: WindowAddress, number: number, before: EventWindow): Promise<EventWindow | undefined>;
}

interface Numbered {
  readonly number: number;
}

export const openWindows = (table: Table): Windows => {
  const numberOf = async (at: WindowAddress, id: string): Promise<number> =>
    (await table.get<Numbered>(windowMemberKey(at, id)))?.number ?? 1;

  return {
    numberFor: async (at, id) => {
      const number = (await table.get<Numbered>(windowsHeadKey(at)))?.number ?? 1;
      return (await table.create(windowMemberKey(at, id), { number })) ? number : numberOf(at, id);
    },

    moveOn: async (at, id, from) => {
      const moved = await table.update<Numbered>({
        key: windowMemberKey(at, id),
        set: { number: from + 1 },
        condition: '#number = :from',
        values: { from },
      });
      return moved?.number ?? numberOf(at, id);
    },

    get: (at, number) => table.get(windowKey(at, number)),

    add: async (at, number, before, member, { closesAt, closesBy }) => {
      const closing = { closesAt, ...(closesBy === undefined ? {} : { closesBy }) };
      if (!before) return table.create(windowKey(at, number), { members: [member], ...closing, version: 1 });
      const added = await table.update({
        key: windowKey(at, number),
        set: { members: [...before.members, member], ...closing, version: before.version + 1 },
        condition: '#version = :before AND attribute_not_exists(#closed)',
        values: { before: before.version },
      });
      return added !== undefined;
    },

    close: async (at, number, before) => {
      const closed = before.closed
        ? before
        : await table.update<EventWindow>({
            key: windowKey(at, number),
            set: { closed: true, version: before.version + 1 },
            condition: '#version = :before',
            values: { before: before.version },
          });
      // Where the open one is, is a hint: whoever follows it to a sealed window goes on from there.
      if (closed)
        await table.update({
          key: windowsHeadKey(at),
          set: { number: number + 1 },
          condition: 'attribute_not_exists(pk) OR #number < :after',
          values: { after: number + 1 },
        });
      return closed;
    },
  };
};
