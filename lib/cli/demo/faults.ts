// `--fail sentiment.score:3%`: which functions of the app are to fail, and for how much of what they get.
import type { Pipeline } from '../../definition/index.ts';
import { functionKey, graphOf } from '../../graph/index.ts';
import { failVariable, readShare, stageFunctionName } from '../../records/index.ts';
import { nearest } from '../../support/nearest.ts';
import { CliError } from '../cli-error.ts';

/** Environment variables by function, as the engine takes them. */
export type Faults = { readonly [functionName: string]: { readonly [variable: string]: string } };

/** Throws CliError HDL629 for a fault that cannot be. */
export const readFaults = (asked: readonly string[], orchestrator: string, pipelines: readonly Pipeline[]): Faults =>
  Object.fromEntries(asked.map((text) => readFault(text, orchestrator, pipelines)));

const readFault = (text: string, orchestrator: string, pipelines: readonly Pipeline[]) => {
  const [, pipelineName = '', stage = '', share = ''] = /^([^.:]*)\.([^.:]*):(.*)$/.exec(text) ?? [];
  const refuse = (found: string, expected: string, fix: string): never => {
    throw new CliError('HDL629', 2, `--fail is '${text}'${found}`, expected, fix);
  };
  const known = <T>(what: string, name: string, all: readonly T[], nameOf: (one: T) => string): T => {
    const names = all.map(nameOf);
    const near = nearest(name, names);
    const fix = near === undefined ? 'correct the name' : `did you mean ${near}?`;
    return all[names.indexOf(name)] ?? refuse(`: there is no ${what} '${name}'`, `one of ${names.join(', ')}`, fix);
  };
  if (pipelineName === '') refuse('', '<pipeline>.<stage>:<percent or count>', 'write it as in sentiment.score:3%');
  const pipeline = known('pipeline', pipelineName, pipelines, ({ name }) => name);
  const { node } = known(`stage of ${pipelineName} with a handler`, stage, graphOf(pipeline).handled, ({ id }) => id);
  if (!readShare(share))
    refuse(
      '',
      'a percentage above 0 and up to 100, or a count from 1',
      'write it as in sentiment.score:3% or sentiment.score:12',
    );
  return [stageFunctionName(orchestrator, pipelineName, functionKey(node)), { [failVariable]: share }] as const;
};
