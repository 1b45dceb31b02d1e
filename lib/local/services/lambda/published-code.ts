// The code of published versions, copied away from where it was built: the next build may change or remove it there.
import { join, relative } from 'node:path';
import { crypto, fs } from '../../late-modules.ts';
import type { EngineContext } from '../../service.ts';
import { storedMap } from '../../stored-map.ts';

export interface CodeStore {
  /** Copies a folder unless its content is kept already; gives the content's hash. A folder of '' has no content. */
  keep(directory: string): string;
  folderOf(hash: string): string;
}

/** A folder as it was looked through last: unchanged files have the hash that they had. */
interface Seen {
  /** Paths, sizes and times of change. */
  readonly stamp: string;
  readonly hash: string;
}

const filesIn = (directory: string): readonly string[] =>
  fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(directory, join(parentPath, name)))
    .sort();

const stampOf = (directory: string, files: readonly string[]): string =>
  files
    .map((file) => {
      const { size, mtimeMs } = fs.statSync(join(directory, file));
      return `${file} ${size} ${mtimeMs}`;
    })
    .join('\n');

const contentHash = (directory: string, files: readonly string[]): string => {
  const hash = crypto().createHash('sha256');
  for (const file of files) {
    const bytes = fs.readFileSync(join(directory, file));
    hash.update(`${file}\n${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
};

export const codeStore = ({ database, stateDir }: Pick<EngineContext, 'database' | 'stateDir'>): CodeStore => {
  const seen = storedMap<Seen>(database, 'lambda_code');
  const folderOf = (hash: string): string => (hash === '' ? '' : join(stateDir, 'code', hash));

  const hashOf = (directory: string): string => {
    const files = filesIn(directory);
    const stamp = stampOf(directory, files);
    const before = seen.get(directory);
    if (before?.stamp === stamp) return before.hash;
    const hash = contentHash(directory, files);
    seen.set(directory, { stamp, hash });
    return hash;
  };

  return {
    folderOf,
    keep: (directory) => {
      if (directory === '') return '';
      const hash = hashOf(directory);
      const folder = folderOf(hash);
      if (fs.existsSync(folder)) return hash;
      // Whole or not at all: a crash leaves no half-copied code under the hash's name.
      const partial = `${folder}.partial`;
      fs.rmSync(partial, { recursive: true, force: true });
      fs.cpSync(directory, partial, { recursive: true, dereference: true });
      fs.renameSync(partial, folder);
      return hash;
    },
  };
};
