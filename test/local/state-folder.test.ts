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
import { openStateFolder, type StateFolder } from '../../lib/local/state-folder.ts';

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

  test.each([
    ['a text', 'not what it was, which is nothing'],
    ['zeros', '\0'.repeat(5000)],
  ])('what is in the lock file does not matter: %s', (_what, text) => {
    const lock = join(dir, 'engine.lock');
    writeFileSync(lock, text);
    const folder = openStateFolder(dir);
    writeFileSync(lock, text);
    expect(errorOf(() => openStateFolder(dir)).code).toBe('HDL504');
    folder.close();
    openStateFolder(dir).close();
  });

  test('a lock that cannot be opened is not one that another has', () => {
    mkdirSync(join(dir, 'engine.lock'));
    expect(errorOf(() => openStateFolder(dir)).message).toBe(
      `HDL508 ${join(dir, 'engine.lock')} cannot be opened (unable to open database file); expected a file that you may write to. Fix: delete it, or name another state folder.`,
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

const file = (): string => join(dir, 'engine.sqlite');
const sums = (): string => join(dir, 'engine.sqlite-sums');

describe('damage', () => {
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
    expect(folder.database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 4 });
    folder.close();
  });

  test('a folder of another layout is not damage: it is left alone', () => {
    fill();
    const database = new DatabaseSync(file());
    database.exec('PRAGMA user_version = 99');
    database.close();
    const error = errorOf(() => openStateFolder(dir, { setAsideDamaged: true }));
    expect(error.code).toBe('HDL505');
    expect(error.message).toContain('state layout 99; expected layout 4');
  });
});

describe('a letter that is another, where SQLite sees none', () => {
  const PAGE = 4096;
  const countRows = (folder: StateFolder): unknown => folder.database.prepare('SELECT count(*) AS n FROM t').get()?.n;
  const flipped = (bytes: Buffer, at: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };

  test('is found at the start, on whichever page', () => {
    fill();
    const sound = readFileSync(file());
    for (let page = 0; page * PAGE < sound.length; page += 1) {
      writeFileSync(file(), flipped(sound, page * PAGE + ((page * 1009 + 100) % PAGE)));
      expect(errorOf(() => openStateFolder(dir))).toMatchObject({
        code: 'HDL503',
        path: file(),
        found: `${file()} is damaged (its page ${page + 1} has not the sum that is in ${sums()})`,
      });
    }
    writeFileSync(file(), sound);
    const folder = openStateFolder(dir);
    expect(countRows(folder)).toBe(500);
    folder.close();
  });

  test.each([0, 50, 1.5 * PAGE, 3 * PAGE])('so is a file that was cut to %i bytes', (length) => {
    fill();
    truncateSync(file(), length);
    expect(errorOf(() => openStateFolder(dir))).toMatchObject({ code: 'HDL503', path: file() });
  });

  test('is found in what a killed process left, on the pages that it had not written', () => {
    fill();
    const folder = openStateFolder(dir);
    folder.database.exec("INSERT INTO t VALUES ('more')"); // on the last page
    const left = join(dir, 'left');
    mkdirSync(left);
    for (const name of ['', '-wal', '-sums']) copyFileSync(`${file()}${name}`, join(left, `engine.sqlite${name}`));
    folder.close();
    const sound = readFileSync(join(left, 'engine.sqlite'));
    const pages = sound.length / PAGE;
    writeFileSync(join(left, 'engine.sqlite'), flipped(sound, 4 * PAGE + 100));
    expect(errorOf(() => openStateFolder(left)).message).toContain('its page 5 has not the sum');
    const unused = flipped(flipped(sound, 100), (pages - 1) * PAGE + 100); // the first and the last are in the log
    writeFileSync(join(left, 'engine.sqlite'), unused);
    const again = openStateFolder(left);
    expect(countRows(again)).toBe(501);
    again.close();
  });

  test('sums of an earlier state, and sums that are damaged themselves, are no damage of the state', () => {
    fill();
    const earlier = readFileSync(sums());
    const folder = openStateFolder(dir);
    folder.database.exec('DELETE FROM t WHERE rowid > 1');
    folder.close();
    const own = readFileSync(sums());
    for (const kept of [earlier, Buffer.alloc(0), flipped(own, 9), own.subarray(0, 8), own.subarray(0, 7)]) {
      writeFileSync(sums(), kept);
      const again = openStateFolder(dir);
      expect(countRows(again)).toBe(1);
      again.close();
    }
  });

  test('what another program wrote is not told from damage; the error says which file knows of it', () => {
    fill();
    const database = new DatabaseSync(file());
    database.exec("UPDATE t SET x = 'y' WHERE rowid = 400");
    database.close();
    expect(errorOf(() => openStateFolder(dir)).message).toContain(
      `where another program wrote to it, delete ${sums()}.`,
    );
    rmSync(sums());
    openStateFolder(dir).close();
    openStateFolder(dir).close();
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
