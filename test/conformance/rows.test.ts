import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { engine, type Handler, hang } from '../local/sfn/engine.ts';
import { engineWithFiles } from '../local/sfn/with-files.ts';
import { badValues } from './bad-values.ts';
import { corners } from './corners.ts';
import { cornersOfFunctions } from './corners-of-functions.ts';
import { cornersOfMaps } from './corners-of-maps.ts';
import { cornersOfPaths } from './corners-of-paths.ts';
import { cornersOfReaders } from './corners-of-readers.ts';
import { cornersOfTolerance } from './corners-of-tolerance.ts';
import { rows } from './rows.ts';

const named = (name: string): Error => Object.assign(new Error('as asked'), { name });

const functions = (): Record<string, Handler> => {
  let calls = 0;
  return {
    echo: (event) => event,
    hang,
    big: () => 'x'.repeat(300_000),
    fail: (event) => {
      throw named(String(event));
    },
    flaky: () => {
      calls++;
      if (calls < 3) throw named(calls === 1 ? 'First' : 'Second');
      return 'third time';
    },
    odd: (event) => {
      if (Number(event) % 2 === 0) throw named('Even');
      return event;
    },
  };
};

test.each(
  [
    ...rows,
    ...badValues,
    ...corners,
    ...cornersOfFunctions,
    ...cornersOfMaps,
    ...cornersOfPaths,
    ...cornersOfTolerance,
  ].map((row) => [row.name, row] as const),
)('%s', async (_name, row) => {
  const { run, clock } = engine({ functions: functions() });
  const began = clock.now();
  expect(await run(row.definition, row.input)).toMatchObject(row.expected);
  if (row.seconds !== undefined) expect((clock.now() - began) / 1000).toBe(row.seconds);
});

test.each(cornersOfReaders.map((row) => [row.name, row] as const))('%s', async (_name, row) => {
  const stateDir = mkdtempSync(join(tmpdir(), 'rows-'));
  const { run, close } = await engineWithFiles({ stateDir }, row.files);
  expect(await run(row.definition, row.input)).toMatchObject(row.expected);
  await close();
  rmSync(stateDir, { recursive: true });
});
