// A sum of each page of the database, worked out when the engine closes and looked at when it opens: SQLite sees that a page is none, not that a
// letter in it is another. They hold of the file as it was closed. What a life of the engine writes is in SQLite's log, which has sums of its
// own, until a checkpoint brings it into the file; that brings the first page too, which each opening writes, with a higher counter.
import { DamagedStateError } from './engine-error.ts';
import { fs } from './late-modules.ts';

const PAGE = 4096;
const AT_ONCE = 64 * PAGE;
// Where the header has the counter, twice: https://sqlite.org/fileformat.html#the_database_header
const COUNTERS = [24, 92] as const;

/**
 * The sum of `words`, as SQLite sums up its log: zlib is as fast, but takes milliseconds to load. Both words of it are kept: of a bit that is another
 * at least one is. There is an even number of words, from an even place: to ask of each whether it is there takes as long again.
 */
const addSum = (words: Uint32Array, from: number, to: number, sums: Uint32Array, place: number): void => {
  let one = 0;
  let other = 0;
  for (let at = from; at < to; at += 2) {
    one = (one + (words[at] as number) + other) | 0;
    other = (other + (words[at + 1] as number) + one) | 0;
  }
  sums[place] = one;
  sums[place + 1] = other;
};

const SUM = 2;

/** The counter, a word of nothing, the sum of each page in their order, and a sum of all this. What a page lacks at the end of the file is zeros. */
const sumsOf = (file: number, counter: number): Uint32Array => {
  const pages = Math.ceil(fs.fstatSync(file).size / PAGE);
  const sums = new Uint32Array(SUM * (pages + 2));
  sums[0] = counter;
  const words = new Uint32Array(AT_ONCE / 4);
  const bytes = new Uint8Array(words.buffer);
  for (let page = 0; page < pages; ) {
    bytes.fill(0, fs.readSync(file, bytes, 0, AT_ONCE, page * PAGE));
    for (let from = 0; from < words.length && page < pages; from += PAGE / 4)
      addSum(words, from, from + PAGE / 4, sums, SUM * ++page);
  }
  addSum(sums, 0, sums.length - SUM, sums, sums.length - SUM);
  return sums;
};

const reading = <T>(path: string, read: (file: number) => T): T => {
  const file = fs.openSync(path, 'r');
  try {
    return read(file);
  } finally {
    fs.closeSync(file);
  }
};

/** Undefined of a file that is too short to be a database. */
const countersOf = (file: number): readonly number[] | undefined => {
  const header = Buffer.alloc(100);
  if (fs.readSync(file, header, 0, header.length, 0) < header.length) return undefined;
  return COUNTERS.map((at) => header.readUInt32BE(at));
};

/** Keeps in `kept` the sums of the database at `path`, which nobody has open. */
export const keepSums = (path: string, kept: string): void => {
  const draft = `${kept}.part`;
  try {
    const sums = reading(path, (file) => sumsOf(file, countersOf(file)?.[0] ?? 0));
    fs.writeFileSync(draft, new Uint8Array(sums.buffer));
    fs.renameSync(draft, kept);
  } catch (error) {
    // Those that are there are of an earlier state, and seen to be.
    process.emitWarning(`the sums of ${path} were not kept: ${String(error)}`);
    fs.rmSync(draft, { force: true });
  }
};

const bytesIn = (kept: string): Buffer => {
  try {
    return fs.readFileSync(kept);
  } catch (error) {
    process.emitWarning(`the sums in ${kept} cannot be read: ${String(error)}`);
    return Buffer.alloc(0);
  }
};

/** What `sumsOf` gave; undefined where that is damaged itself, or cannot be read: no damage of the database. */
const sumsIn = (kept: string): Uint32Array | undefined => {
  const bytes = bytesIn(kept);
  if (bytes.length % (4 * SUM) > 0 || bytes.length < 8 * SUM) return undefined;
  const sums = new Uint32Array(Uint8Array.from(bytes).buffer);
  const own = new Uint32Array(SUM);
  addSum(sums, 0, sums.length - SUM, own, 0);
  return own.every((word, at) => word === sums.at(at - SUM)) ? sums : undefined;
};

/**
 * Whether the database at `path` is what was closed, by the sums in `kept`; false where they do not tell. The pages `inLog` are read from
 * SQLite's log. Throws DamagedStateError for one that is another.
 */
export const holdsSums = (path: string, kept: string, inLog: ReadonlySet<number>): boolean => {
  const wanted = sumsIn(kept);
  if (wanted === undefined) return false;
  const [counter = 0] = wanted;
  const refuse = (page: number): never => {
    const instead = `; or, where another program wrote to it, delete ${kept}`;
    throw new DamagedStateError(path, `its page ${page} has not the sum that is in ${kept}`, { instead });
  };
  if (!fs.existsSync(path)) {
    const instead = `; or, to begin anew, delete ${kept}`;
    throw new DamagedStateError(path, `it is gone, and ${kept} has its sums`, { instead });
  }
  return reading(path, (file) => {
    const counters = countersOf(file);
    if (counters === undefined) return refuse(1);
    if (!counters.includes(counter)) {
      fs.rmSync(kept, { force: true }); // should an earlier copy be put back, its counter would come to that of these
      return false;
    }
    const found = sumsOf(file, counter); // it may have more pages now: those are in the log
    const pages = wanted.length / SUM - 2;
    const foundPages = found.length / SUM - 2;
    for (let page = 1; page <= pages; page += 1) {
      const isSame = wanted[SUM * page] === found[SUM * page] && wanted[SUM * page + 1] === found[SUM * page + 1];
      if (!(isSame && page <= foundPages) && !inLog.has(page)) refuse(page);
    }
    return true;
  });
};
