// HEDDLE_FAIL: which inputs of a stage a person makes fail.
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { defineStage } from '../../lib/definition/index.ts';
import { failingWhereAsked } from '../../lib/runtime/asked-to-fail.ts';
import type { Handler, Work } from '../../lib/runtime/index.ts';

const stage = defineStage('score', { input: z.object({ line: z.number() }), output: z.object({ line: z.number() }) });
const handler: Handler<typeof stage> = ({ input }) => input;
const work = (line: number, item = line): Work<typeof stage> => ({ input: { line }, item }) as Work<typeof stage>; // all that is read

const failed = async (asked: string | undefined, lines: readonly number[], place = (line: number) => line) => {
  const failing = failingWhereAsked(stage, handler, { HEDDLE_FAIL: asked });
  const found: number[] = [];
  for (const line of lines) {
    const outcome = await (async () => failing(work(line, place(line))))().catch((error: Error) => error.message);
    if (outcome === `asked for: HEDDLE_FAIL=${asked}`) found.push(line);
  }
  return found;
};
const thousand = Array.from({ length: 1_000 }, (_, line) => line);

test('nothing fails unasked', async () => {
  expect(failingWhereAsked(stage, handler, {})).toBe(handler);
});

test('a percentage hits about as many, the same ones wherever they stand', async () => {
  const hit = await failed('3%', thousand);
  expect(hit.length).toBeGreaterThan(15);
  expect(hit.length).toBeLessThan(50);
  expect(await failed('3%', thousand.toReversed(), () => 0)).toEqual(hit.toReversed());
  expect(await failed('100%', thousand)).toEqual(thousand);
});

test('a count hits the first of a map', async () => {
  expect(await failed('3', thousand)).toEqual([0, 1, 2]);
});

test.each(['', '3 %x', '-1', '0', '0%', '101%', 'all'])('%j is refused', (asked) => {
  expect(() => failingWhereAsked(stage, handler, { HEDDLE_FAIL: asked })).toThrow(
    /^HDL311 HEDDLE_FAIL of the stage score is/,
  );
});
