import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { seeded, survive } from './lives.ts';

const KILLS = 8;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-crash-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a run of 50 stages survives kill -9 at random moments: nothing lost, nothing recorded done again', async () => {
  const seed = Date.now() % 2 ** 32;
  const { problems } = await survive(folder, KILLS, seeded(seed));
  expect({ seed, problems }).toEqual({ seed, problems: [] });
});
