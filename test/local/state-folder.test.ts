import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
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

// https://sqlite.org/fileformat.html#the_write_ahead_log: what a killed process leaves is in the log.
describe('damage of the log', () => {
  const PAGE = 4096;
  const FRAME = 24 + PAGE;

  /** The state as a process that is killed now would leave it, with `harm` done to its log. */
  const leftBehind = (work: (database: DatabaseSync) => void, harm: (log: Buffer) => Buffer): string => {
    const folder = openStateFolder(dir);
    folder.database.exec('CREATE TABLE t (x TEXT)');
    work(folder.database);
    const left = join(dir, 'left');
    mkdirSync(left);
    copyFileSync(join(dir, 'engine.sqlite'), join(left, 'engine.sqlite'));
    writeFileSync(join(left, 'engine.sqlite-wal'), harm(readFileSync(join(dir, 'engine.sqlite-wal'))));
    folder.close();
    return left;
  };
  const threeRows = (database: DatabaseSync): void => {
    for (const x of ['a', 'b', 'c']) database.prepare('INSERT INTO t VALUES (?)').run(x);
  };
  const flip = (at: number) => (log: Buffer) => {
    log[at] = (log[at] ?? 0) ^ 0xff;
    return log;
  };
  const rowsOf = (left: string): unknown => {
    const folder = openStateFolder(left);
    const { n } = folder.database.prepare('SELECT COUNT(*) AS n FROM t').get() ?? {};
    folder.close();
    return n;
  };

  test.each([
    ['a byte of a page', flip(32 + FRAME + 200), 'is broken at byte 4152, and has commits behind that'],
    ['a byte of the header of a record', flip(32 + 2 * FRAME + 17), 'is broken at byte'],
    ['a byte of its own header', flip(2), 'the header of its log'],
  ])('%s is found at the start, named, and set aside when asked for', (_what, harm, words) => {
    const left = leftBehind(threeRows, harm);
    const error = errorOf(() => openStateFolder(left));
    expect(error).toMatchObject({ code: 'HDL503', path: join(left, 'engine.sqlite') });
    expect(error.message).toContain(words);
    const kept = readFileSync(join(left, 'engine.sqlite-wal'));
    openStateFolder(left, { setAsideDamaged: true }).close();
    expect(readFileSync(join(left, 'engine.sqlite.damaged-1-wal')).equals(kept)).toBe(true);
  });

  test('what the error says of a broken record leaves what was committed before it', () => {
    const left = leftBehind(threeRows, flip(32 + 4 * FRAME + 200));
    const { message } = errorOf(() => openStateFolder(left));
    const bytes = Number(/cut the log to (\d+) bytes/.exec(message)?.[1]);
    truncateSync(join(left, 'engine.sqlite-wal'), bytes);
    expect(bytes).toBe(32 + 4 * FRAME);
    expect(rowsOf(left)).toBe(1);
  });

  const rolledBack = (database: DatabaseSync): void => {
    threeRows(database);
    database.exec('PRAGMA cache_size = 2; BEGIN');
    for (let row = 0; row < 500; row += 1) database.prepare('INSERT INTO t VALUES (?)').run('x'.repeat(1000));
    database.exec('ROLLBACK');
    threeRows(database);
  };
  const endOf = (log: Buffer): number => {
    let at = 32;
    while (at + FRAME <= log.length && log.readUInt32BE(at) !== 0) at += FRAME;
    return at;
  };
  test.each([
    ['nothing', threeRows, (log: Buffer) => log, 3],
    ['a record that was half written', threeRows, (log: Buffer) => log.subarray(0, endOf(log) - 100), 2],
    ['a last record of which a part is missing', threeRows, (log: Buffer) => flip(endOf(log) - 100)(log), 2],
    ['an empty log', () => undefined, () => Buffer.alloc(0), undefined],
    ['what was rolled back', rolledBack, (log: Buffer) => log, 6],
  ])('%s is what a crash leaves, and no damage', (_what, work, harm, rows) => {
    const left = leftBehind(work, harm);
    if (rows === undefined) openStateFolder(left).close();
    else expect(rowsOf(left)).toBe(rows);
  });
});
