// What takes long to be made for a page: who asks is not kept waiting, and has it when it is there.
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { openDesk } from '../../lib/cli/console/desk.ts';
import type { Target } from '../../lib/cli/setting.ts';
import { testSetting } from './setting.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test('it is made once, and known for a minute', async () => {
  let now = 0;
  const { soon } = openDesk({} as Target, testSetting([], { now: () => now }).setting); // reads nothing
  const made: ((facts: string) => void)[] = [];
  const make = (): Promise<string> => new Promise((resolve) => made.push(resolve));
  const first = soon('cost 30d', make);
  await jest.advanceTimersByTimeAsync(100);
  expect(await first).toBeUndefined();
  const second = soon('cost 30d', make);
  made[0]?.('facts');
  expect(await second).toBe('facts');
  now = 59_999;
  expect(await soon('cost 30d', make)).toBe('facts');
  expect(made).toHaveLength(1);
  now = 60_000;
  const third = soon('cost 30d', make);
  made[1]?.('newer facts');
  expect(await third).toBe('newer facts');
});

test('what does not come is given up, told, and tried again', async () => {
  let now = 0;
  const { soon } = openDesk({} as Target, testSetting([], { now: () => now }).setting);
  const hanging = soon('cost 30d', () => new Promise<string>(() => undefined));
  await jest.advanceTimersByTimeAsync(100);
  expect(await hanging).toBeUndefined();
  now = 299_999;
  await jest.advanceTimersByTimeAsync(299_899);
  const still = expect(soon('cost 30d', async () => 'facts')).rejects.toThrow(
    'HDL838 cost was not read in 5 minutes; expected an answer by then. Fix: load the page again; npx heddle cost waits for as long as it takes',
  );
  await jest.advanceTimersByTimeAsync(1);
  await still;
  now = 310_000;
  expect(await soon('cost 30d', async () => 'facts')).toBe('facts');
});

test('what went wrong is told, also when nobody waited for it any more, and tried again', async () => {
  let now = 0;
  const { soon } = openDesk({} as Target, testSetting([], { now: () => now }).setting);
  const making = Promise.withResolvers<string>();
  const first = soon('quality', () => making.promise);
  await jest.advanceTimersByTimeAsync(100);
  expect(await first).toBeUndefined();
  making.reject(new Error('throttled'));
  await expect(soon('quality', async () => 'facts')).rejects.toThrow('throttled');
  now = 10_000;
  expect(await soon('quality', async () => 'facts')).toBe('facts');
});
