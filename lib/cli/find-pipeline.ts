// A pipeline by its name. An unknown name is answered with the nearest known one.
import type { Pipeline } from '../definition/index.ts';
import { nearest } from '../support/nearest.ts';
import { CliError } from './cli-error.ts';

/** `where` is where the known names come from, such as `bin/pipelines.ts`. */
export const unknownPipeline = (name: string, known: readonly string[], where: string): CliError => {
  const near = nearest(name, known);
  return new CliError(
    'HDL606',
    2,
    `there is no pipeline '${name}' in ${where}`,
    known.length > 0 ? `one of ${known.join(', ')}` : 'at least one pipeline there',
    near ? `did you mean ${near}?` : 'correct the name, or add the pipeline to bin/pipelines.ts',
  );
};

/** Throws CliError HDL606. */
export const findPipeline = (pipelines: readonly Pipeline[], name: string): Pipeline => {
  const found = pipelines.find((pipeline) => pipeline.name === name);
  if (found) return found;
  const known = pipelines.map((pipeline) => pipeline.name);
  throw unknownPipeline(name, known, 'bin/pipelines.ts');
};
