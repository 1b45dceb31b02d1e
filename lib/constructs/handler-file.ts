import { join } from 'node:path';
import type { Pipeline } from '../definition/index.ts';
import { functionsOf, graphOf } from '../graph/index.ts';

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Where a stage's handler is: `<directory>/<pipeline>/<stage>.ts`, both in kebab-case. `stage` is the contract's name. */
export const handlerFile = (directory: string, pipeline: string, stage: string): string =>
  join(directory, kebab(pipeline), `${kebab(stage)}.ts`);

/** The handlers of a pipeline's stages. */
export const handlerFiles = (directory: string, pipeline: Pipeline): readonly string[] =>
  functionsOf(graphOf(pipeline)).map(({ stage }) => handlerFile(directory, pipeline.name, stage.name));
