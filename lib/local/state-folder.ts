// The folder (.heddle/) that holds everything an engine remembers: one owner at a time, checked when opened.
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BESIDE, closeDatabase, type Durability, openDatabase } from './database.ts';
import { DamagedStateError, EngineError } from './engine-error.ts';
import { fs } from './late-modules.ts';

/** An open state folder. `close` gives up ownership; the state stays. */
export interface StateFolder {
  readonly dir: string;
  readonly database: DatabaseSync;
  /** Tells other processes where the owner's server listens: the second line of `engine.pid`. */
  announce(endpoint: string): void;
  close(): void;
}

/** How to open a state folder. */
export interface StateFolderOptions {
  /** @default 'process' */
  readonly durability?: Durability;
  /** Rename a damaged database and start afresh, rather than throw. @default false */
  readonly setAsideDamaged?: boolean;
}

const PID_FILE = 'engine.pid';
const LOCK_FILE = 'engine.lock';

const holderOf = (pidFile: string): string =>
  (fs.existsSync(pidFile) && fs.readFileSync(pidFile, 'utf8').split('\n')[0]) || 'unknown';

/**
 * Locks the empty file at `path` until what it gives is called, or the process ends: the lock is SQLite's own, which the kernel drops, so
 * kill -9 leaves nothing stale. Throws where another has it.
 */
const lockFile = (path: string): (() => void) => {
  const lock = new DatabaseSync(path);
  try {
    lock.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (errcodeOf(error) !== SQLITE_NOTADB) throw error;
    fs.truncateSync(path); // what is in it, the disk or a person put there: nobody has the lock, who would be told SQLITE_BUSY
    return lockFile(path);
  }
  return () => lock.close();
};

const errcodeOf = (error: unknown) => (error as { readonly errcode?: number }).errcode; // what node:sqlite throws
const SQLITE_BUSY = 5;
const SQLITE_NOTADB = 26;

/** As `lockFile`; undefined where another has it. */
export const tryLock = (path: string): (() => void) | undefined => {
  try {
    return lockFile(path);
  } catch (error) {
    if (errcodeOf(error) === SQLITE_BUSY) return undefined;
    throw error;
  }
};

/** As `tryLock`. Throws HDL508 for a lock that cannot be opened. */
const lockOf = (path: string): (() => void) | undefined => {
  try {
    return tryLock(path);
  } catch (error) {
    throw new EngineError(
      'HDL508',
      {
        found: `${path} cannot be opened (${error instanceof Error ? error.message : String(error)})`,
        expected: 'a file that you may write to',
        fix: 'delete it, or name another state folder.',
      },
      { cause: error },
    );
  }
};

// The pid file beside the lock is only there to name the holder.
const takeLock = (dir: string): (() => void) => {
  const pidFile = join(dir, PID_FILE);
  const unlock = lockOf(join(dir, LOCK_FILE));
  if (unlock === undefined)
    throw new EngineError('HDL504', {
      found: `${dir} is in use by another engine (pid ${holderOf(pidFile)})`,
      expected: 'a state folder that no other engine has open',
      fix: 'stop that process, or use another state folder.',
    });
  fs.writeFileSync(pidFile, `${process.pid}\n`);
  return () => {
    fs.rmSync(pidFile, { force: true });
    unlock();
  };
};

/** Renames a damaged file or folder so that a fresh one can take its place. Returns the new name; deletes nothing. */
export const setAside = (path: string): string => {
  let number = 1;
  while (fs.existsSync(`${path}.damaged-${number}`)) number += 1;
  const target = `${path}.damaged-${number}`;
  for (const suffix of BESIDE) {
    if (fs.existsSync(`${path}${suffix}`)) fs.renameSync(`${path}${suffix}`, `${target}${suffix}`);
  }
  return target;
};

const openOrSetAside = (path: string, options: StateFolderOptions): DatabaseSync => {
  const durability = options.durability ?? 'process';
  try {
    return openDatabase(path, durability);
  } catch (error) {
    if (!(error instanceof DamagedStateError) || options.setAsideDamaged !== true) throw error;
    setAside(path);
    return openDatabase(path, durability);
  }
};

/** Like `recursive`, which does not end below a folder that takes no others (/proc). */
const makeAll = (dir: string): void => {
  try {
    fs.mkdirSync(dir);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // what node:fs throws
    if (code === 'EEXIST' && fs.statSync(dir).isDirectory()) return;
    if (code !== 'ENOENT' || fs.existsSync(dirname(dir))) throw error;
    makeAll(dirname(dir));
    makeAll(dir);
  }
};

const makeFolder = (dir: string): void => {
  try {
    makeAll(dir);
    fs.accessSync(dir, fs.constants.W_OK | fs.constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // what node:fs throws
    throw new EngineError(
      'HDL508',
      {
        found: `${dir} cannot be made or written to (${code})`,
        expected: 'a folder that you may write to',
        fix: 'name another state folder, or change who may write there.',
      },
      { cause: error },
    );
  }
};

/**
 * Opens (or makes) the state folder `dir` and becomes its only owner.
 * Throws HDL503 (damaged, see `setAsideDamaged`), HDL504 (another engine has it open), HDL505 (another layout), HDL508 (not
 * writable).
 */
export const openStateFolder = (dir: string, options: StateFolderOptions = {}): StateFolder => {
  makeFolder(dir);
  const release = takeLock(dir);
  try {
    const database = openOrSetAside(join(dir, 'engine.sqlite'), options);
    return {
      dir,
      database,
      announce: (endpoint) => fs.writeFileSync(join(dir, PID_FILE), `${process.pid}\n${endpoint}\n`),
      close: () => {
        closeDatabase(database);
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
};
