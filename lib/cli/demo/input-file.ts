// A person's own file of reviews, made ready to drop into the inbox.
import { readFileSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { CliError } from '../cli-error.ts';

export interface Drop {
  readonly partition: string;
  /** Of the object in the inbox, which names the partition. */
  readonly key: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

const kinds = ['.csv', '.json', '.jsonl'];

/** Reads the file whole. Throws CliError (exit 2) when it is missing, not a file, empty, or of a kind that `collect` cannot read. */
export const readInputFile = (path: string): Drop => {
  const kind = extname(path).toLowerCase();
  const expected = `a readable file ending in ${kinds.join(', ')} with the columns text, date, source`;
  const refuse = (found: string, fix: string): never => {
    throw new CliError('HDL620', 2, found, expected, fix);
  };
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) refuse(`there is no file ${path}`, 'check the path');
  if (found?.isDirectory()) refuse(`${path} is a folder`, 'name one file in it');
  if (!kinds.includes(kind)) refuse(`${path} ends in '${kind}'`, 'save it as one of these kinds');
  const body = read(path, refuse);
  if (body.length === 0) refuse(`${path} is empty`, 'give it at least one review');
  const name =
    basename(path, extname(path))
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'reviews';
  return trialDrop(/^[a-z]/.test(name) ? name : `reviews-${name}`, basename(path), body);
};

/** A file of several days and sources is of no day: a trial, whose name begins with a letter. */
export const trialDrop = (partition: string, fileName: string, body: Drop['body']): Drop => ({
  partition,
  key: `trials/${partition}/${fileName}`,
  body,
});

const read = (path: string, refuse: (found: string, fix: string) => never): Uint8Array<ArrayBuffer> => {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'unknown';
    return refuse(`${path} cannot be read (${code})`, 'check its permissions');
  }
};
