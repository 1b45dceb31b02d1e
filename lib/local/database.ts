// The engine's one SQLite file: how it is opened, and how damage is told from a file that is merely newer.
import { DatabaseSync } from 'node:sqlite';
import { DamagedStateError, EngineError } from './engine-error.ts';
import { fs, late } from './late-modules.ts';

/**
 * `process`: a killed process loses nothing. `power`: nor does a machine that loses power (each commit waits for the disk). `none`: it is in
 * memory, and gone when it is closed.
 */
export type Durability = 'none' | 'process' | 'power';

/** Raised when the tables of the state change in a way that an older engine cannot read. */
export const LAYOUT_VERSION = 4;
/** Of an older state that this engine takes over as it is: what was added since is not in it. */
const OLDEST_VERSION = 2;

const CHECKPOINT_PAGES = 8_000; // 32 MB of log: each checkpoint waits for the disk
const LOG_BYTES = 1_048_576;

const pageSums = late<typeof import('./page-sums.ts')>(import.meta.url, './page-sums.ts');

/** What the name of a file of the database has behind its path: SQLite's own, and that of our sums. */
export const BESIDE = ['', '-wal', '-shm', '-sums'] as const;
const sumsOf = (path: string): string => `${path}-sums`;

const readVersion = (database: DatabaseSync): number => {
  const row = database.prepare('PRAGMA user_version').get();
  return Number(row?.user_version ?? 0);
};

const firstProblem = (database: DatabaseSync): string | undefined => {
  const row = database.prepare('PRAGMA quick_check(1)').get();
  const verdict = String(row?.quick_check ?? 'no answer from quick_check');
  return verdict === 'ok' ? undefined : verdict;
};

const LOG_HEADER = 32;
const FRAME_HEADER = 24;

/** Sums up `bytes` as the log does: https://sqlite.org/fileformat.html#checksum_algorithm */
const summed = (
  log: DataView,
  isLittle: boolean,
  [from, to]: readonly [number, number],
  [first, second]: readonly [number, number],
): readonly [number, number] => {
  let [one, other] = [first, second];
  for (let at = from; at < to; at += 8) {
    one = (one + log.getUint32(at, isLittle) + other) >>> 0;
    other = (other + log.getUint32(at + 4, isLittle) + one) >>> 0;
  }
  return [one, other];
};

/**
 * The pages that SQLite reads from its log. Throws DamagedStateError for a log that is damaged. SQLite reads it up to the first record that does
 * not fit the one before, and takes the rest for what a crash left half written: so one damaged byte would take all that was committed after it, and nobody would be told. A crash
 * of the process leaves no commit behind such a record, whole and of this log; damage does, and a loss of power may where commits do not
 * wait for the disk. Then only a person can tell whether to go on with what was committed before.
 */
const checkLog = (path: string): ReadonlySet<number> => {
  const pages = new Set<number>();
  const file = `${path}-wal`;
  if (!fs.existsSync(file)) return pages;
  const bytes = fs.readFileSync(file);
  if (bytes.length < LOG_HEADER) return pages;
  const log = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const two = (at: number) => [log.getUint32(at), log.getUint32(at + 4)] as const;
  const isAt = (at: number, [one, other]: readonly [number, number]) =>
    log.getUint32(at) === one && log.getUint32(at + 4) === other;

  const magic = log.getUint32(0);
  const isLittle = magic === 0x377f0682;
  if ((!isLittle && magic !== 0x377f0683) || !isAt(24, summed(log, isLittle, [0, 24], [0, 0]))) {
    if (bytes.every((byte) => byte === 0)) return pages;
    throw new DamagedStateError(path, `the header of its log ${file} is broken`);
  }

  const salts = two(16);
  const size = FRAME_HEADER + log.getUint32(8);
  const fits = (at: number): boolean => {
    const before = two(at === LOG_HEADER ? 24 : at - size + 16);
    const head = summed(log, isLittle, [at, at + 8], before);
    return isAt(at + 16, summed(log, isLittle, [at + FRAME_HEADER, at + size], head));
  };
  let broken: number | undefined;
  let end = LOG_HEADER; // of the last commit
  for (let at = LOG_HEADER; at + size <= bytes.length; at += size) {
    const isOfThis = isAt(at + 8, salts);
    const isCommit = log.getUint32(at + 4) !== 0;
    if (broken === undefined) {
      if (!isOfThis || !fits(at)) broken = at;
      else if (isCommit) end = at + size;
      continue;
    }
    if (!isOfThis || !isCommit || !fits(at)) continue;
    const instead = `; or, where the machine lost power, cut the log to ${broken} bytes, which goes on with what was committed before: work that ended later is done again`;
    throw new DamagedStateError(path, `its log ${file} is broken at byte ${broken}, and has commits behind that`, {
      instead,
    });
  }
  for (let at = LOG_HEADER; at < end; at += size) pages.add(log.getUint32(at));
  return pages;
};

/** Throws DamagedStateError; false where only SQLite can tell. */
const isAsWritten = (path: string): boolean => {
  const inLog = checkLog(path);
  return fs.existsSync(sumsOf(path)) && pageSums().holdsSums(path, sumsOf(path), inLog);
};

const prepared = (path: string, durability: Durability): DatabaseSync => {
  const isWhole = durability !== 'none' && isAsWritten(path);
  const database = new DatabaseSync(durability === 'none' ? ':memory:' : path);
  try {
    // One process owns the file (state-folder.ts holds the lock), so the locks of each commit are saved: 18 us become 12.
    database.exec(
      `PRAGMA synchronous = ${durability === 'power' ? 'FULL' : 'OFF'}; PRAGMA locking_mode = EXCLUSIVE;
       PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};`,
    );
    const problem = isWhole ? undefined : firstProblem(database);
    if (problem !== undefined) throw new DamagedStateError(path, problem);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

/**
 * Gives SQLite's log its room: to write where a file has ended costs each commit 20 us more. Behind the last commit of a log SQLite
 * expects whatever there is (https://sqlite.org/fileformat.html#the_write_ahead_log), so zeros do no harm. It takes milliseconds, so not
 * while an engine opens.
 */
export const growLog = (database: DatabaseSync): void => {
  const file = database.location();
  if (file === null) return; // it is in memory
  const log = `${file}-wal`;
  const size = fs.statSync(log, { throwIfNoEntry: false })?.size;
  if (size === undefined || size >= LOG_BYTES) return;
  try {
    fs.appendFileSync(log, Buffer.alloc(LOG_BYTES - size));
  } catch (error) {
    // The engine goes on without: what it has to write may still fit.
    process.emitWarning(`the log of ${file} was not given its room: ${String(error)}`);
  }
};

const unwritten = (what: string, thrown: Error): EngineError =>
  new EngineError(
    'HDL525',
    {
      found: `${what} cannot be written (${thrown.message})`,
      expected: 'a disk with room that takes what is written',
      fix: 'make room and start the engine again: what was answered is kept, and it carries on from there.',
    },
    { cause: thrown },
  );

/** What is said of a write that SQLite refused: of a disk that is full, or that fails. Anything else is given back as it is. */
export const notWritten = (database: DatabaseSync, thrown: unknown): unknown =>
  isOfTheDisk(thrown) ? unwritten(database.location() ?? 'the state in memory', thrown) : thrown;

// https://sqlite.org/rescode.html: SQLITE_IOERR and SQLITE_FULL, with what they are of in the higher bits. node:sqlite gives them as `errcode`.
const OF_THE_DISK = [10, 13];
/** SQLITE_IOERR_READ and SQLITE_IOERR_SHORT_READ: what is there cannot be read, which is damage. */
const READS: readonly unknown[] = [266, 522];

export const isOfTheDisk = (thrown: unknown): thrown is Error =>
  thrown instanceof Error && 'errcode' in thrown && OF_THE_DISK.includes(Number(thrown.errcode) & 0xff);

/** Closes what `openDatabase` gave. */
export const closeDatabase = (database: DatabaseSync): void => {
  const path = database.location();
  database.close();
  if (path !== null) pageSums().keepSums(path, sumsOf(path));
};

/**
 * Opens (or makes) the database at `path`, checked and at this engine's layout.
 * Throws DamagedStateError (HDL503) for a file that is not a sound database, HDL505 for one of another layout, HDL525 where it cannot be written.
 */
export const openDatabase = (path: string, durability: Durability): DatabaseSync => {
  let database: DatabaseSync;
  try {
    database = prepared(path, durability);
  } catch (error) {
    if (error instanceof EngineError) throw error;
    // To open is to write: SQLite makes its log, and the file itself where the state is new.
    if (isOfTheDisk(error) && !('errcode' in error && READS.includes(error.errcode))) throw unwritten(path, error);
    throw new DamagedStateError(path, error instanceof Error ? error.message : String(error), { cause: error });
  }
  const version = readVersion(database);
  if (version !== 0 && (version < OLDEST_VERSION || version > LAYOUT_VERSION)) {
    database.close();
    throw new EngineError('HDL505', {
      found: `${path} has state layout ${version}`,
      expected: `layout ${LAYOUT_VERSION}`,
      fix: 'use the Heddle version that wrote it, or another state folder.',
    });
  }
  // The first commit begins the log, for which SQLite waits for the disk, 5 to 20 ms. It says nothing that could be lost, so
  // where only a killed process is to be survived, NORMAL is set after it: by then the kernel has what a commit says.
  try {
    database.exec(`PRAGMA user_version = ${LAYOUT_VERSION}`);
    if (durability === 'process') database.exec('PRAGMA synchronous = NORMAL');
    return database;
  } catch (thrown) {
    const why = notWritten(database, thrown);
    database.close();
    throw why;
  }
};
