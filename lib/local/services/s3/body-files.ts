// Object bodies as files. A body is written under a new name before the row that names it is committed, and the file of
// a replaced body goes after: at every moment each row has its whole body. Files that no row names are swept at start. The name ends with a sum
// of the body, by which a reader of the whole sees whether it is what was written.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { AwsError } from '../../service.ts';

/** A body that is never in memory as a whole. */
export interface BodyParts extends Iterable<Uint8Array> {
  /** Of all together, in bytes. */
  readonly length: number;
}

export interface BodyFiles {
  /** Writes a body and gives the name of its file. */
  write(bytes: Uint8Array | BodyParts): Promise<string>;
  /** Reads `length` bytes from `start`. */
  read(file: string, start: number, length: number): Promise<Uint8Array>;
  remove(file: string): Promise<void>;
}

/** What the disk says, without the paths that its own message has: they are nobody's business over the wire or in an execution's history. */
const onDisk = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof AwsError || !(cause instanceof Error)) throw cause;
    const why = 'code' in cause ? String(cause.code) : cause.message;
    const error = new AwsError('InternalError', `the body of the object cannot be ${what}: ${why}`, 500);
    error.cause = cause;
    throw error;
  }
};

const named = (name: string, sum: number): string => `${name}-${sum.toString(16).padStart(8, '0')}`;

/** The sum that the name of a file holds; undefined of one that was written before there were any. */
const sumIn = (file: string): number | undefined => {
  const [, digits] = /-([0-9a-f]{8})$/.exec(file) ?? [];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
};

const sweep = (dir: string, inUse: ReadonlySet<string>): void => {
  for (const file of readdirSync(dir)) {
    if (!inUse.has(file)) rmSync(join(dir, file), { force: true });
  }
};

// A rename is on the disk when its folder is.
const syncFolder = async (dir: string): Promise<void> => {
  const folder = await open(dir);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};

export interface BodyFilesOptions {
  readonly dir: string;
  /** The files that the database names; all others are swept. */
  readonly inUse: ReadonlySet<string>;
  /** Gives a name that was never used. */
  readonly newName: () => string;
  /** Wait for the disk at each write, so that a loss of power loses nothing. */
  readonly isPowerSafe: boolean;
}

/** Opens the folder of bodies, made where it is missing. */
export const bodyFiles = ({ dir, inUse, newName, isPowerSafe }: BodyFilesOptions): BodyFiles => {
  mkdirSync(dir, { recursive: true });
  sweep(dir, inUse);
  return {
    write: async (bytes) => {
      const name = newName();
      const draft = join(dir, `${name}.part`);
      let sum = bytes instanceof Uint8Array ? crc32(bytes) : 0;
      const summed = function* (parts: BodyParts): Generator<Uint8Array> {
        for (const part of parts) {
          sum = crc32(part, sum);
          yield part;
        }
      };
      return await onDisk('written', async () => {
        try {
          await writeFile(draft, bytes instanceof Uint8Array ? bytes : summed(bytes), { flush: isPowerSafe });
          await rename(draft, join(dir, named(name, sum)));
        } catch (error) {
          await rm(draft, { force: true });
          throw error;
        }
        if (isPowerSafe) await syncFolder(dir);
        return named(name, sum);
      });
    },
    read: (file, start, length) =>
      onDisk('read', async () => {
        const handle = await open(join(dir, file));
        try {
          const bytes = Buffer.allocUnsafe(length);
          let read = 0;
          while (read < length) {
            const { bytesRead } = await handle.read(bytes, read, length - read, start + read);
            if (bytesRead === 0) throw new Error(`HDL503 the body file ${file} is shorter than its object`);
            read += bytesRead;
          }
          const sum = start === 0 && (await handle.stat()).size === length ? sumIn(file) : undefined;
          if (sum !== undefined && sum !== crc32(bytes))
            throw new Error(`HDL503 the body file ${file} is not what was written`);
          return bytes;
        } finally {
          await handle.close();
        }
      }),
    remove: (file) => onDisk('removed', () => rm(join(dir, file), { force: true })),
  };
};
