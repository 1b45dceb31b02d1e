import { expect, test } from '@jest/globals';
import { virtualClock } from '../../../lib/local/virtual-clock.ts';

const passed = (clock: ReturnType<typeof virtualClock>, delayMs: number) =>
  new Promise<void>((resolve) => clock.after(delayMs, resolve));

test('time jumps from timer to timer, in their order', async () => {
  const clock = virtualClock(1000);
  const told: [string, number][] = [];
  clock.after(500, () => told.push(['late', clock.now()]));
  clock.after(20, () => told.push(['first', clock.now()]));
  clock.after(20, () => told.push(['second', clock.now()]));
  clock.after(10, () => told.push(['cancelled', clock.now()]))();
  await passed(clock, 86_400_000);
  expect(told).toEqual([
    ['first', 1020],
    ['second', 1020],
    ['late', 1500],
  ]);
  expect(clock.now()).toBe(86_401_000);
});

test('time stands still while work is held', async () => {
  const clock = virtualClock(0);
  const release = clock.hold();
  let rang = false;
  clock.after(1, () => {
    rang = true;
  });
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  expect([rang, clock.now()]).toEqual([false, 0]);
  release();
  release(); // once is enough
  await passed(clock, 2);
  expect([rang, clock.now()]).toEqual([true, 2]);
});
