// The form for a run's input: what it asks, what it makes of the answers, and when it asks nothing.
import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { askForInput } from '../../lib/cli/ask-for-input.ts';
import { definePipeline } from '../../lib/definition/index.ts';
import { testSetting } from './setting.ts';

const taking = (input: z.ZodObject) => definePipeline('taking', { input }, () => 0);
const everything = taking(
  z.object({
    day: z.iso.date(),
    rows: z.number(),
    full: z.boolean(),
    mode: z.enum(['fast', 'exact']),
    tags: z.array(z.string()).optional(),
  }),
);

/** Fills the form in with these answers, in order. */
const fill = async (pipeline: ReturnType<typeof taking>, answers: readonly string[]) => {
  const asked: string[] = [];
  const { setting, stderr } = testSetting([pipeline]);
  const ask = async (question: string): Promise<string> => {
    asked.push(question);
    return answers[asked.length - 1] ?? '';
  };
  return { input: await askForInput(pipeline, ask, setting), asked, said: stderr() };
};

test('a question a field, with its type; what may be left out is left out', async () => {
  const { input, asked } = await fill(everything, ['2026-03-01', '12', 'y', 'fast', '']);
  expect(input).toEqual({ day: '2026-03-01', rows: 12, full: true, mode: 'fast' });
  expect(asked).toEqual([
    'day (string, date): ',
    'rows (number): ',
    'full (boolean): ',
    'mode (fast, exact): ',
    'tags (array; may be left out): ',
  ]);
});

test('what the contract does not take is asked again, with the reason', async () => {
  const { input, asked, said } = await fill(everything, ['soon', '12', 'no', 'fast', '["a"]', '2026-03-01']);
  expect(input).toEqual({ day: '2026-03-01', rows: 12, full: false, mode: 'fast', tags: ['a'] });
  expect(asked.at(-1)).toBe('day (string, date): ');
  expect(said).toBe('day: Invalid ISO date\n');
});

test('three times at most; the contract says the rest', async () => {
  const { input, asked } = await fill(taking(z.object({ rows: z.number() })), ['many', 'more', 'most', 'even more']);
  expect([input, asked.length]).toEqual([{ rows: 'most' }, 3]);
});

test('nothing is asked where no input is one', async () => {
  expect(await fill(taking(z.object({ day: z.string().optional() })), [])).toMatchObject({ input: {}, asked: [] });
});

test('nothing is asked where stdin is no terminal', () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'bin/heddle.ts', 'start', 'collect'],
    { input: 'an answer\n', encoding: 'utf8' },
  );
  expect(status).toBe(2);
  expect(stderr).toMatch(/^HDL617 the input breaks the contract of collect/);
});
