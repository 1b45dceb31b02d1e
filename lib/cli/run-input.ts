// The input that a person gives a run: JSON on the command line or in a file, checked against the pipeline's contract first.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Pipeline } from '../definition/index.ts';
import type { Json } from '../records/index.ts';
import { CliError } from './cli-error.ts';

const form = 'JSON, or @ and the path of a JSON file';

/** `given` is the value of an option, such as --input; without one it is `{}`. Throws CliError HDL616. */
export const readInput = (given: string | undefined, workingDirectory: string, option = '--input'): Json => {
  if (given === undefined) return {};
  const file = given.startsWith('@') ? given.slice(1) : undefined;
  const text = file === undefined ? given : readText(file, workingDirectory, form);
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const isPath = file === undefined && existsSync(resolve(workingDirectory, given));
    const fix = isPath ? `did you mean @${given}?` : `quote it whole: ${option} '{ "day": "2026-01-31" }'`;
    throw new CliError('HDL616', 2, `${file ?? option} is not JSON (${why})`, form, file ? 'mend the file' : fix);
  }
};

/** The text of a file that a person named. Throws CliError HDL616. */
export const readText = (shown: string, workingDirectory: string, expected = 'a file'): string => {
  try {
    return readFileSync(resolve(workingDirectory, shown), 'utf8');
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
    const found = code === 'ENOENT' ? `there is no file ${shown}` : `${shown} cannot be read (${code})`;
    throw new CliError('HDL616', 2, found, expected, 'check the path and its permissions');
  }
};

/** What the pipeline's contract does not take of an input, and why; undefined where it takes it. */
export const inputBreach = async (pipeline: Pipeline, input: Json): Promise<string | undefined> => {
  const { issues } = await pipeline.input['~standard'].validate(input);
  return issues
    ?.map(({ path = [], message }) => {
      const field = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
      return [field, message].filter(Boolean).join(': ');
    })
    .join('; ');
};

/** The input as it is, once the contract takes it. Throws CliError HDL617, naming the fields that it does not take. */
export const checkInput = async (pipeline: Pipeline, input: Json): Promise<Json> => {
  const breach = await inputBreach(pipeline, input);
  if (breach === undefined) return input;
  throw new CliError(
    'HDL617',
    2,
    `the input breaks the contract of ${pipeline.name}: ${breach}`,
    'input as definePipeline declares it',
    `pass it with --input '{ … }' or --input @FILE`,
  );
};
