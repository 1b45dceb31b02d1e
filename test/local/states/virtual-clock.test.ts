import { expect, test } from '@jest/globals';
import { steeredClock, virtualClock } from '../../../lib/local/virtual-clock.ts';

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

test('time does not jump for what is only a limit, but comes to it on its way', async () => {
  const clock = virtualClock(0);
  const told: number[] = [];
  clock.after(10, () => told.push(clock.now()), 'limit');
  const cancel = clock.after(5, () => undefined);
  cancel();
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  expect([told, clock.now()]).toEqual([[], 0]);
  await passed(clock, 20);
  expect([told, clock.now()]).toEqual([[10], 20]);
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

test('a poll ends early, without time, while work is held: what holds the clock may be what waits for it', async () => {
  const clock = virtualClock(0);
  const told: [string, number][] = [];
  const tell = (what: string) => () => told.push([what, clock.now()]);
  const release = clock.hold();
  clock.after(5, tell('timer'));
  clock.after(10, tell('poll'), 'poll');
  clock.after(10, tell('cancelled'), 'poll')();
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  expect(told).toEqual([['poll', 0]]);
  release();
  clock.after(10, tell('unheld'), 'poll');
  await passed(clock, 20);
  expect(told.slice(1)).toEqual([
    ['timer', 5],
    ['unheld', 10],
  ]);
});

test('steered time stops where it is told to, after the work that was due before it', async () => {
  const clock = steeredClock(0);
  const told: [string, number][] = [];
  const tell = (what: string) => () => told.push([what, clock.now()]);
  clock.after(5, tell('early'));
  clock.after(10, () => {
    const release = clock.hold();
    setImmediate(() => {
      tell('worked')();
      clock.after(10, tell('followed'));
      release();
    });
  });
  clock.after(21, tell('late'));
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  expect(told).toEqual([]);
  await clock.advanceTo(20);
  expect(told).toEqual([
    ['early', 5],
    ['worked', 10],
    ['followed', 20],
  ]);
  expect(clock.now()).toBe(20);
  await clock.advanceTo(15); // there is no way back
  expect(clock.now()).toBe(20);
  await clock.advanceTo(100);
  expect(told.at(-1)).toEqual(['late', 21]);
});
