// What a disk may do to the files of a state, at places that chance picks.
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { EngineError } from '../../lib/local/engine-error.ts';
import { openStateFolder } from '../../lib/local/state-folder.ts';
import { seeded } from './crash/lives.ts';

const CLOSED = 300;
const COMMITS = 30;
const FILES = ['engine.sqlite', 'engine.sqlite-wal', 'engine.sqlite-sums', 'engine.lock'];
const textOf = (row: number): string => `${row} `.repeat(40);

/** A state of rows, those after the first `CLOSED` by a life that was killed. */
const stateIn = (dir: string): string => {
  const before = openStateFolder(join(dir, 'state'));
  before.database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT)');
  const write = (database: typeof before.database, row: number) =>
    database.prepare('INSERT INTO t VALUES (?, ?)').run(row, textOf(row));
  for (let row = 1; row <= CLOSED; row += 1) write(before.database, row);
  before.close();
  const folder = openStateFolder(join(dir, 'state'));
  for (let row = CLOSED + 1; row <= CLOSED + COMMITS; row += 1) write(folder.database, row);
  const left = join(dir, 'left');
  mkdirSync(left);
  for (const file of FILES) copyFileSync(join(dir, 'state', file), join(left, file));
  folder.close();
  return left;
};

/** The bytes of a file with harm done, and what was done. */
const harmed = (bytes: Buffer, random: () => number): readonly [Buffer, string] => {
  const at = Math.floor(random() * bytes.length);
  const copy = Buffer.from(bytes);
  const kind = Math.floor(random() * 3);
  if (kind === 0) return [copy.subarray(0, at), `cut to ${at}`];
  if (kind === 1) {
    const end = Math.min(bytes.length, at + 1 + Math.floor(random() * 5_000));
    return [copy.fill(0, at, end), `zeros from ${at} to ${end}`];
  }
  copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(random() * 8));
  return [copy, `a bit of ${at} flipped`];
};

/** How many rows there are, all as they were written and none left out in between; or the code of the error. */
const opened = (dir: string): number | string => {
  try {
    const folder = openStateFolder(dir);
    try {
      const rows = folder.database.prepare('SELECT id, x FROM t ORDER BY id').all();
      for (const [index, { id, x }] of rows.entries())
        if (id !== index + 1 || x !== textOf(index + 1)) return `row ${index + 1} is ${id}: ${x}`;
      return rows.length;
    } finally {
      folder.close();
    }
  } catch (error) {
    if (error instanceof EngineError && error.message.includes(join(dir, 'engine.sqlite'))) return error.code;
    throw error;
  }
};

test('200 places at random: the state is as it was, or the error names the file; only the end of the log may be missing', () => {
  const seed = Date.now() % 2 ** 32;
  const random = seeded(seed);
  const dir = mkdtempSync(join(tmpdir(), 'heddle-damage-'));
  const left = stateIn(dir);
  const files = new Map(FILES.map((file) => [file, readFileSync(join(left, file))]));
  const whole = CLOSED + COMMITS;
  const wrong: string[] = [];
  for (let time = 0; time < 200; time += 1) {
    const file = FILES[Math.floor(random() * FILES.length)] ?? '';
    const place = join(dir, String(time));
    mkdirSync(place);
    for (const [name, bytes] of files) writeFileSync(join(place, name), bytes);
    const [bytes, what] = harmed(files.get(file) ?? Buffer.alloc(0), random);
    writeFileSync(join(place, file), file === 'engine.lock' ? what : bytes); // the lock is empty
    const found = opened(place);
    const least = file === 'engine.sqlite-wal' ? CLOSED : whole;
    const isRight = found === 'HDL503' || (typeof found === 'number' && found >= least && found <= whole);
    if (!isRight) wrong.push(`${file}, ${what}: ${found}`);
    rmSync(place, { recursive: true });
  }
  rmSync(dir, { recursive: true });
  expect({ seed, wrong }).toEqual({ seed, wrong: [] });
});
