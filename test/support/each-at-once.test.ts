import { expect, test } from '@jest/globals';
import { eachAtOnce } from '../../lib/support/each-at-once.ts';

const gates = (count: number) => Array.from({ length: count }, () => Promise.withResolvers<'enough' | undefined>());

test('so many are under way at a time, in their order, until all are done', async () => {
  const doors = gates(4);
  const begun: number[] = [];
  const all = eachAtOnce(doors, 2, (door, place) => {
    begun.push(place);
    return door.promise;
  });
  expect(begun).toEqual([0, 1]);
  doors[1]?.resolve(undefined);
  await doors[1]?.promise;
  await Promise.resolve();
  expect(begun).toEqual([0, 1, 2]);
  for (const door of doors) door.resolve(undefined);
  await all;
  expect(begun).toEqual([0, 1, 2, 3]);
});

test('one that says that it is enough is the last, also where another that was under way does not', async () => {
  const doors = gates(4);
  const begun: number[] = [];
  const all = eachAtOnce(doors, 2, (door, place) => {
    begun.push(place);
    return door.promise;
  });
  doors[1]?.resolve('enough');
  await doors[1]?.promise;
  doors[0]?.resolve(undefined);
  await all;
  expect(begun).toEqual([0, 1]);
});

test('one that fails is told once the others have come to their end', async () => {
  const doors = gates(3);
  let isEnded = false;
  const all = eachAtOnce(doors, 2, (door) => door.promise);
  const ended = all.catch((error: Error) => {
    isEnded = true;
    return error.message;
  });
  doors[0]?.reject(new Error('it broke'));
  await doors[0]?.promise.catch(() => undefined);
  expect(isEnded).toBe(false);
  doors[1]?.resolve(undefined);
  expect(await ended).toBe('it broke');
});
