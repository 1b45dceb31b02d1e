// A sum of each page of the database, worked out when the engine closes and looked at when it opens: SQLite sees that a page is none, not that a
// letter in it is another. They hold of the file as it was closed. What a life of the engine writes is in SQLite's log, which has sums of its
// own, until a checkpoint brings it into the file; that brings the first page too, which each opening writes, with a higher counter.
import { DamagedStateError } from './engine-error.ts';
import { fs } from './late-modules.ts';

const PAGE = 4096;
const AT_ONCE = 64 * PAGE;
// Where the header has the counter, twice: https://sqlite.org/fileformat.html#the_database_header
const COUNTERS = [24, 92] as const;

/** Summed up as SQLite sums up its log: zlib is as fast, but takes milliseconds to load. An even number of words, all there: to ask
 * at each whether it is takes as long again. */
const summed = (words: Uint32Array, from: number, to: number): number => {
  let one = 0;
  let other = 0;
  for (let at = from; at < to; at += 2) {
    one = (one + (words[at] as number) + other) | 0;
    other = (other + (words[at + 1] as number) + one) | 0;
  }
  return (one ^ Math.imul(other, 0x9e3779b1)) >>> 0;
};

/** The sum of each page, in their order. What a page lacks at the end of the file is zeros. */
const sumsOf = (file: number): Uint32Array => {
  const sums = new Uint32Array(Math.ceil(fs.fstatSync(file).size / PAGE));
  const words = new Uint32Array(AT_ONCE / 4);
  const bytes = new Uint8Array(words.buffer);
  for (let page = 0; page < sums.length; ) {
    bytes.fill(0, fs.readSync(file, bytes, 0, AT_ONCE, page * PAGE));
    for (let from = 0; from < words.length && page < sums.length; from += PAGE / 4)
      sums[page++] = summed(words, from, from + PAGE / 4);
  }
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
    const words = reading(path, (file) => {
      const sums = sumsOf(file);
      const even = new Uint32Array(2 * Math.ceil((1 + sums.length) / 2));
      even.set([countersOf(file)?.[0] ?? 0]);
      even.set(sums, 1);
      return even;
    });
    const own = Uint32Array.of(summed(words, 0, words.length));
    fs.writeFileSync(draft, Buffer.concat([words, own].map(({ buffer }) => new Uint8Array(buffer))));
    fs.renameSync(draft, kept);
  } catch (error) {
    // Those that are there are of an earlier state, and seen to be.
    process.emitWarning(`the sums of ${path} were not kept: ${String(error)}`);
    fs.rmSync(draft, { force: true });
  }
};

/** The counter that the sums hold of, and the sums; undefined where they are damaged themselves. */
const sumsIn = (kept: string): Uint32Array | undefined => {
  const bytes = fs.readFileSync(kept);
  if (bytes.length % 8 !== 4 || bytes.length < 12) return undefined;
  const all = new Uint32Array(Uint8Array.from(bytes).buffer);
  const words = all.subarray(0, -1);
  return summed(words, 0, words.length) === all.at(-1) ? words : undefined;
};

/**
 * Whether the database at `path` is what was closed, by the sums in `kept`; false where they do not tell. The pages `inLog` are read from
 * SQLite's log. Throws DamagedStateError for one that is another.
 */
export const holdsSums = (path: string, kept: string, inLog: ReadonlySet<number>): boolean => {
  const words = sumsIn(kept);
  if (words === undefined) return false;
  const refuse = (page: number): never => {
    const instead = `; or, where another program wrote to it, delete ${kept}`;
    throw new DamagedStateError(path, `its page ${page} has not the sum that is in ${kept}`, { instead });
  };
  return reading(path, (file) => {
    const counters = countersOf(file);
    if (counters === undefined) return refuse(1);
    if (!counters.includes(words[0] ?? 0)) return false;
    const sums = sumsOf(file); // it may have more pages now: those are in the log
    for (let page = 1; page < words.length; page += 1)
      if (words[page] !== (sums[page - 1] ?? 0) && !inLog.has(page)) refuse(page);
    return true;
  });
};
