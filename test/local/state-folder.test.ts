import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EngineError } from '../../lib/local/engine-error.ts';
import { openStateFolder } from '../../lib/local/state-folder.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'heddle-state-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const errorOf = (work: () => unknown): EngineError => {
  try {
    work();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('expected an EngineError');
};

const fill = (): void => {
  const folder = openStateFolder(dir);
  folder.database.exec('CREATE TABLE t (x TEXT)');
  const insert = folder.database.prepare('INSERT INTO t VALUES (?)');
  for (let row = 0; row < 500; row += 1) insert.run('x'.repeat(100));
  folder.close();
};

describe('one owner at a time', () => {
  test('a second engine is refused and told who holds the folder', () => {
    const folder = openStateFolder(dir);
    const error = errorOf(() => openStateFolder(dir));
    folder.close();
    expect(error.code).toBe('HDL504');
    expect(error.message).toBe(
      `HDL504 ${dir} is in use by another engine (pid ${process.pid}); expected a state folder that no other engine has ` +
        'open. Fix: stop that process, or use another state folder.',
    );
  });

  test('a closed folder is free again', () => {
    openStateFolder(dir).close();
    openStateFolder(dir).close();
  });

  test('a holder that was killed leaves nothing stale, and what it had committed is there', async () => {
    const program = `
      import { openStateFolder } from ${JSON.stringify(new URL('../../lib/local/state-folder.ts', import.meta.url).href)};
      const folder = openStateFolder(${JSON.stringify(dir)});
      folder.database.exec("CREATE TABLE t (x TEXT); INSERT INTO t VALUES ('kept')");
      console.log('open');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(child.stdout, 'data');
      expect(errorOf(() => openStateFolder(dir)).message).toContain(`pid ${child.pid}`);
    } finally {
      child.kill('SIGKILL'); // whatever came of it: a child that lives on holds the worker of the tests
    }
    await once(child, 'exit');
    const folder = openStateFolder(dir);
    expect(folder.database.prepare('SELECT x FROM t').all()).toEqual([{ x: 'kept' }]);
    folder.close();
  });
});

// https://sqlite.org/pragma.html#pragma_synchronous: with FULL a commit waits for the disk, with NORMAL a checkpoint does.
test.each([
  [undefined, 1],
  ['process', 1],
  ['power', 2],
] as const)('durability %s: what each commit waits for', (durability, synchronous) => {
  const folder = openStateFolder(dir, durability === undefined ? {} : { durability });
  expect(folder.database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous });
  expect(folder.database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  folder.close();
});

test('a folder that cannot be made is told as such', () => {
  const file = join(dir, 'a-file');
  writeFileSync(file, '');
  expect(errorOf(() => openStateFolder(file)).message).toBe(
    `HDL508 ${file} cannot be made or written to (EEXIST); expected a folder that you may write to. Fix: name another state folder, or change who may write there.`,
  );
  expect(errorOf(() => openStateFolder(join(file, 'below'))).message).toContain('(ENOTDIR)');
  expect(errorOf(() => openStateFolder('/proc/x/y')).message).toContain('HDL508 /proc/x/y cannot be made');
});

describe('damage', () => {
  const file = (): string => join(dir, 'engine.sqlite');
  const damages = [
    {
      name: 'not a database',
      harm: () => writeFileSync(file(), 'this is not a database, it is a text of some length'),
    },
    {
      name: 'overwritten pages',
      harm: () => {
        const bytes = readFileSync(file());
        bytes.fill(0x5a, 4096, 20_000);
        writeFileSync(file(), bytes);
      },
    },
  ];

  test.each(damages)('$name is found at the start and named', ({ harm }) => {
    fill();
    harm();
    const error = errorOf(() => openStateFolder(dir));
    expect(error.code).toBe('HDL503');
    expect(error.message).toContain(file());
    expect(error).toMatchObject({ path: file() });
    expect(existsSync(file())).toBe(true);
  });

  test('is set aside only when asked for, and nothing is deleted', () => {
    fill();
    damages[0]?.harm();
    const folder = openStateFolder(dir, { setAsideDamaged: true });
    expect(folder.database.prepare('SELECT COUNT(*) AS n FROM sqlite_schema').get()).toEqual({ n: 0 });
    folder.close();
    expect(readFileSync(`${file()}.damaged-1`, 'utf8')).toContain('not a database');
  });

  test('a folder of the layout before is taken over', () => {
    fill();
    const database = new DatabaseSync(file());
    database.exec('PRAGMA user_version = 2');
    database.close();
    const folder = openStateFolder(dir);
    expect(folder.database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 3 });
    folder.close();
  });

  test('a folder of another layout is not damage: it is left alone', () => {
    fill();
    const database = new DatabaseSync(file());
    database.exec('PRAGMA user_version = 99');
    database.close();
    const error = errorOf(() => openStateFolder(dir, { setAsideDamaged: true }));
    expect(error.code).toBe('HDL505');
    expect(error.message).toContain('state layout 99; expected layout 3');
  });
});
