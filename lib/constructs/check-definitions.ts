// Every mistake that can be told before a resource is made, told at once.
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { checkLimits, estimate } from '../asl/index.ts';
import { DefinitionError, type Diagnostic, type Pipeline } from '../definition/index.ts';
import { functionsOf, graphOf, validate } from '../graph/index.ts';
import { nearest } from '../support/nearest.ts';
import { handlerFile, handlersOf } from './handler-file.ts';
import { longestName, nameForm, names } from './names.ts';

export interface DefinitionSet {
  readonly orchestrator: string;
  /** The pipelines to make. */
  readonly pipelines: readonly Pipeline[];
  /** All that there will be, as far as is known: the upstreams of `pipelines` must be among them. */
  readonly among: readonly Pipeline[];
  /** The directory of the stages' handlers. */
  readonly handlers: string;
}

/** The warnings of these definitions. Throws DefinitionError with every diagnostic when one of them is an error. */
export const checkDefinitions = (set: DefinitionSet): readonly Diagnostic[] => {
  const asked = new Set(set.pipelines.map(({ name }) => name));
  const diagnostics = [
    ...orchestratorName(set),
    ...validate(set.among).filter(({ at }) => asked.has(at.split('.')[0] ?? at)),
    ...set.pipelines.flatMap((pipeline) => [...missingHandlers(set, pipeline), ...longNames(set, pipeline)]),
  ];
  const all = [...diagnostics, ...set.pipelines.flatMap((pipeline) => limits(pipeline, diagnostics))];
  if (all.some(({ severity }) => severity === 'error')) throw new DefinitionError(all);
  return all;
};

/** What of a pipeline breaks or may break a limit. One with an error in its graph cannot be compiled, so nothing is said of it. */
const limits = (pipeline: Pipeline, found: readonly Diagnostic[]): readonly Diagnostic[] => {
  const isBroken = found.some(({ severity, at }) => severity === 'error' && at.split('.')[0] === pipeline.name);
  const graph = graphOf(pipeline);
  return isBroken ? [] : checkLimits(graph, estimate(graph));
};

/** These pipelines and all that they read from, however far up. */
export const withUpstreams = (pipelines: readonly Pipeline[]): readonly Pipeline[] => {
  const known = new Set<Pipeline>();
  const add = (pipeline: Pipeline): void => {
    if (known.has(pipeline)) return;
    known.add(pipeline);
    for (const upstream of Object.values(pipeline.upstream)) add(upstream);
  };
  for (const pipeline of pipelines) add(pipeline);
  return [...known];
};

/**
 * HDL222: an orchestrator's name is part of other names and of ARN patterns, so it takes letters and digits only. Fix: name it
 * like heddle or reviewsStaging.
 */
const orchestratorName = ({ orchestrator }: DefinitionSet): readonly Diagnostic[] =>
  nameForm.test(orchestrator)
    ? []
    : [
        {
          code: 'HDL222',
          severity: 'error',
          at: orchestrator || 'orchestrator',
          message: `the orchestrator's name is '${orchestrator}', but it takes a small letter, then letters and digits`,
          fix: "name it like 'heddle' or 'reviewsStaging'",
        },
      ];

/** HDL221: a stage, or the stand-in of one, has no handler file. Fix: write it, or rename the file that was meant for it. */
const missingHandlers = ({ handlers }: DefinitionSet, pipeline: Pipeline): readonly Diagnostic[] =>
  handlersOf(pipeline).flatMap(({ id, handler, form }) => {
    const file = handlerFile(handlers, pipeline.name, handler);
    if (existsSync(file)) return [];
    const directory = dirname(file);
    const like = existsSync(directory) ? nearest(basename(file), readdirSync(directory)) : undefined;
    return [
      {
        code: 'HDL221',
        severity: 'error',
        at: `${pipeline.name}.${id}`,
        message: `no handler file ${file}`,
        fix: like ? `rename ${directory}/${like} to it, or write it` : `write it: export const handler = ${form}`,
      },
    ];
  });

/**
 * HDL223: a name is longer than Lambda or EventBridge takes at deployment. Fix: shorten the name of the orchestrator, the
 * pipeline or the stage.
 */
const longNames = ({ orchestrator }: DefinitionSet, pipeline: Pipeline): readonly Diagnostic[] => {
  const { name } = pipeline;
  const made = [
    { at: name, what: "its triggers' names", name: names.trigger(orchestrator, name, 'schedule99') },
    ...functionsOf(graphOf(pipeline)).map(({ key, placed: { id } }) => ({
      at: `${name}.${id}`,
      what: "its function's name",
      name: names.stage(orchestrator, name, key),
    })),
  ];
  return made.flatMap(({ at, what, name }) => {
    if (name.length <= longestName) return [];
    return [
      {
        code: 'HDL223',
        severity: 'error',
        at,
        message: `${what}, like ${name}, would have ${name.length} characters, but AWS takes ${longestName}`,
        fix: 'shorten the name of the orchestrator, the pipeline or the stage',
      },
    ];
  });
};
