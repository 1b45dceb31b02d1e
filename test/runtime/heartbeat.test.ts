// An attempt whose handler says nothing for too long is given up; one that beats goes on. Time is a fake clock.
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import * as z from 'zod';
import { defineStage } from '../../lib/definition/index.ts';
import type { Work } from '../../lib/runtime/attempt.ts';
import { beating } from '../../lib/runtime/heartbeat.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const anything = z.object({});
const options = { input: anything, output: anything, timeout: '15m' } as const;
const watched = defineStage('watched', { ...options, heartbeat: '30s' });
type Watched = Work<typeof watched>;

const work = () => ({ signal: new AbortController().signal, heartbeat: () => undefined }) as unknown as Watched;
const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

test('silence for so long ends it as out of time, and fires its signal', async () => {
  let seen: AbortSignal | undefined;
  const handler = beating(watched, async ({ signal }) => {
    seen = signal;
    await after(600_000);
    return {};
  });
  const ended = expect(handler(work())).rejects.toMatchObject({
    name: 'Heddle.Timeout',
    message: 'no heartbeat for 30 s',
  });
  await jest.advanceTimersByTimeAsync(30_000);
  await ended;
  expect(seen?.aborted).toBe(true);
});

test('beats let it go on for as long as they come', async () => {
  const handler = beating(watched, async ({ heartbeat }) => {
    for (let beat = 0; beat < 10; beat += 1) {
      await after(25_000);
      heartbeat();
    }
    return {};
  });
  const ended = handler(work());
  await jest.advanceTimersByTimeAsync(250_000);
  expect(await ended).toEqual({});
  expect(jest.getTimerCount()).toBe(0);
});

test('an error of its own comes through, and leaves no timer', async () => {
  const handler = beating(watched, () => {
    throw new RangeError('own');
  });
  await expect(handler(work())).rejects.toThrow(RangeError);
  expect(jest.getTimerCount()).toBe(0);
});

test('a stage without a heartbeat is left as it is', () => {
  const plain = () => ({});
  expect(beating(defineStage('plain', options), plain)).toBe(plain);
});
