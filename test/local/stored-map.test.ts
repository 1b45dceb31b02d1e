import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { atomically } from '../../lib/local/atomically.ts';
import { type StoredMap, storedMap } from '../../lib/local/stored-map.ts';

let database: DatabaseSync;
let map: StoredMap<string>;
beforeEach(() => {
  database = new DatabaseSync(':memory:');
  map = storedMap<string>(database, 'things');
  for (const key of ['a', 'b', 'c']) map.set(key, 'before');
});
afterEach(() => database.close());

/** What is in memory, and what whoever opens the table anew finds. */
const found = () => {
  const keys = ['a', 'b', 'c', 'd'].filter((key) => map.has(key));
  expect(storedMap<string>(database, 'things').values()).toEqual(map.values());
  return { keys, values: map.values() };
};
const before = { keys: ['a', 'b', 'c'], values: ['before', 'before', 'before'] };

const change = (): void => {
  map.set('a', 'after');
  map.delete('b');
  map.set('d', 'after');
};
const giveUp = (): never => {
  throw new Error('given up');
};

test('what a transaction took back is not in memory either, and the order is what it was', () => {
  expect(() =>
    atomically(database, () => {
      change();
      giveUp();
    }),
  ).toThrow('given up');
  expect(found()).toEqual(before);
});

test('so it is where a transaction around the one that changed it is taken back', () => {
  expect(() =>
    atomically(database, () => {
      atomically(database, change);
      giveUp();
    }),
  ).toThrow('given up');
  expect(found()).toEqual(before);
});

test('what was changed before a transaction within is not taken back with that', () => {
  atomically(database, () => {
    map.set('a', 'after');
    expect(() =>
      atomically(database, () => {
        map.delete('c');
        giveUp();
      }),
    ).toThrow('given up');
  });
  expect(found()).toEqual({ keys: ['a', 'b', 'c'], values: ['after', 'before', 'before'] });
  atomically(database, change);
  expect(found()).toEqual({ keys: ['a', 'c', 'd'], values: ['after', 'before', 'after'] });
});

test('of a full disk SQLite takes back the whole transaction: so does the map', () => {
  database.exec('PRAGMA max_page_count = 20');
  expect(() =>
    atomically(database, () => {
      change();
      atomically(database, () => map.set('e', 'x'.repeat(200_000)));
    }),
  ).toThrow('database or disk is full');
  expect(found()).toEqual(before);
});
