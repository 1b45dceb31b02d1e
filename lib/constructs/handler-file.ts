import { join } from 'node:path';
import type { Pipeline } from '../definition/index.ts';
import { functionsOf, graphOf } from '../graph/index.ts';

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Where a stage's handler is: `<directory>/<pipeline>/<stage>.ts`, both in kebab-case. `stage` is the contract's name. */
export const handlerFile = (directory: string, pipeline: string, stage: string): string =>
  join(directory, kebab(pipeline), `${kebab(stage)}.ts`);

interface NeededHandler {
  /** Of the stage. */
  readonly id: string;
  readonly handler: string;
  /** How it is written. */
  readonly form: string;
}

/** The handlers of a pipeline's stages, and those that the local engine calls instead of AWS. */
export const handlersOf = (pipeline: Pipeline): readonly NeededHandler[] => {
  const graph = graphOf(pipeline);
  return [
    ...functionsOf(graph).map(({ placed: { id }, stage: { name } }) => ({
      ...{ id, handler: name },
      form: `stageHandler(${name}, async ({ input }) => …)`,
    })),
    ...graph.stages.flatMap(({ id, node }) =>
      node.kind === 'service' && node.standIn !== undefined
        ? [{ id, handler: node.standIn, form: 'async (args) => …' }]
        : [],
    ),
  ];
};

export const handlerFiles = (directory: string, pipeline: Pipeline): readonly string[] =>
  handlersOf(pipeline).map(({ handler }) => handlerFile(directory, pipeline.name, handler));
