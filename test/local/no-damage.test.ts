// What must never be called damage of a state: state-folder.test.ts has what must.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openStateFolder } from '../../lib/local/state-folder.ts';

let dir: string;
let file: string;
let sums: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'heddle-sums-'));
  file = join(dir, 'engine.sqlite');
  sums = `${file}-sums`;
  const folder = openStateFolder(dir);
  folder.database.exec('CREATE TABLE t (x TEXT)');
  for (let row = 0; row < 500; row += 1) folder.database.exec(`INSERT INTO t VALUES ('${'x'.repeat(100)}')`);
  folder.close();
});
afterEach(() => rmSync(dir, { recursive: true }));

const rowsIn = (state: string): unknown => {
  const folder = openStateFolder(state);
  const rows = folder.database.prepare('SELECT count(*) AS n FROM t').get()?.n;
  folder.close();
  return rows;
};

test('sums that cannot be read are none', () => {
  rmSync(sums);
  mkdirSync(sums);
  expect(rowsIn(dir)).toBe(500);
});

test('a copy that was put back is not held against the sums of what it took the place of', () => {
  const earlier = readFileSync(file);
  openStateFolder(dir).close();
  writeFileSync(file, earlier);
  const folder = openStateFolder(dir);
  // As after 32 MB of work: the log has begun anew, and has not the page that it had.
  folder.database.exec("INSERT INTO t VALUES ('more'); PRAGMA wal_checkpoint; UPDATE t SET x = 'y' WHERE rowid = 1");
  const left = join(dir, 'left');
  mkdirSync(left);
  for (const end of ['', '-wal', '-sums'].filter((name) => existsSync(`${file}${name}`)))
    copyFileSync(`${file}${end}`, join(left, `engine.sqlite${end}`));
  folder.close();
  expect(rowsIn(left)).toBe(501);
});

test('a disk that takes nothing more is none: the state is not set aside', () => {
  const program = `import { openStateFolder } from ${JSON.stringify(new URL('../../lib/local/state-folder.ts', import.meta.url).href)};
    try {
      openStateFolder(${JSON.stringify(dir)}, { setAsideDamaged: true });
    } catch (error) {
      console.log(error.message);
    }`;
  // No file may be longer than 4 KiB: SQLite's writes fail as on a full disk.
  const shell = `trap '' XFSZ; ulimit -f 8; exec "$0" --input-type=module -e "$1"`;
  const { stdout } = spawnSync('sh', ['-c', shell, process.execPath, program], { encoding: 'utf8' });
  expect(stdout).toContain(`HDL525 ${file} cannot be written (disk I/O error)`);
  expect(rowsIn(dir)).toBe(500);
});

test('a database that is gone is told of as such, and what to do about it', () => {
  rmSync(file);
  expect(() => openStateFolder(dir)).toThrow(
    `${file} is damaged (it is gone, and ${sums} has its sums); expected the state that the engine wrote. Fix: start again with the damaged state set aside (it is renamed, not deleted), or restore it from a copy; or, to begin anew, delete ${sums}.`,
  );
  rmSync(sums);
  openStateFolder(dir).close();
});
