// The code of published versions, copied away from where it was built: the next build may change or remove it there.

import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { crypto } from '../../late-modules.ts';

export interface CodeStore {
  /** Copies a folder unless its content is kept already; gives the content's hash. A folder of '' has no content. */
  keep(directory: string): string;
  folderOf(hash: string): string;
}

const contentHash = (directory: string): string => {
  const hash = crypto().createHash('sha256');
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => relative(directory, join(parentPath, name))).sort();
  for (const path of paths) {
    const bytes = readFileSync(join(directory, path));
    hash.update(`${path}\n${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
};

export const codeStore = (stateDir: string): CodeStore => {
  const folderOf = (hash: string): string => (hash === '' ? '' : join(stateDir, 'code', hash));
  return {
    folderOf,
    keep: (directory) => {
      if (directory === '') return '';
      const hash = contentHash(directory);
      const folder = folderOf(hash);
      if (existsSync(folder)) return hash;
      // Whole or not at all: a crash leaves no half-copied code under the hash's name.
      const partial = `${folder}.partial`;
      rmSync(partial, { recursive: true, force: true });
      cpSync(directory, partial, { recursive: true, dereference: true });
      renameSync(partial, folder);
      return hash;
    },
  };
};
