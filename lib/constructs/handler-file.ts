import { join } from 'node:path';

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Where a stage's handler is: `<directory>/<pipeline>/<stage>.ts`, both in kebab-case. `stage` is the contract's name. */
export const handlerFile = (directory: string, pipeline: string, stage: string): string =>
  join(directory, kebab(pipeline), `${kebab(stage)}.ts`);
