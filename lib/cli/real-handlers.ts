// The handlers of the app as they are deployed: out of the bundles that the synthesized template names.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Pipeline } from '../definition/index.ts';
import { functionsOf, graphOf } from '../graph/index.ts';
import { readAssembly } from '../local/index.ts';
import { stageFunctionName } from '../records/index.ts';
import type { RealHandlers } from '../verify/index.ts';
import { freshAssembly } from './assembly.ts';
import { CliError } from './cli-error.ts';
import { remark, type Setting } from './setting.ts';

type Handler = Awaited<ReturnType<RealHandlers['workOf']>>;

/** Synthesizes the app where that is due. */
export const realHandlers = async (
  pipeline: Pipeline,
  setting: Setting,
  orchestrator: string,
): Promise<RealHandlers> => {
  const say = (line: string): void => remark(setting, [line]);
  const { directory } = await freshAssembly({ root: setting.root, environment: setting.environment, say });
  const folders = foldersIn(directory);
  for (const { key } of functionsOf(graphOf(pipeline))) {
    const name = stageFunctionName(orchestrator, pipeline.name, key);
    if (!folders.has(name)) throw noHandler(`the app has no function ${name}`);
  }
  return {
    workOf: async (of, key) => {
      const name = stageFunctionName(orchestrator, of, key);
      const folder = folders.get(name);
      const bundle = folder && (await import(pathToFileURL(join(folder, 'index.mjs')).href)); // kept by Node once loaded
      const work: unknown = bundle?.handler?.work;
      if (typeof work === 'function') return work as Handler; // what `stageHandler` was given
      throw noHandler(`the handler of the function ${name} is ${folder ? 'not made by stageHandler' : 'not there'}`);
    },
    standInOf: async (of, stage) => {
      const name = stageFunctionName(orchestrator, of, `${stage}.call`);
      const folder = folders.get(name);
      const bundle = folder && (await import(pathToFileURL(join(folder, 'index.mjs')).href));
      if (typeof bundle?.handler === 'function') return bundle.handler;
      throw noHandler(`the stand-in ${name} is not there`, 'a file that exports a function handler');
    },
    setEnvironment: (environment) => {
      Object.assign(setting.environment, environment); // a client of a handler's own is to find the bench, never AWS
    },
  };
};

const noHandler = (found: string, expected = 'a handler made by stageHandler'): CliError =>
  new CliError('HDL664', 2, found, expected, 'deploy one, or leave --handlers out');

interface FunctionProperties {
  readonly FunctionName?: unknown;
  readonly Code?: { readonly S3Key?: unknown };
}

interface Resource {
  readonly Type: string;
  readonly Properties: FunctionProperties;
  readonly Metadata?: { readonly LocalStandIns?: { readonly [state: string]: FunctionProperties } };
}

/** The folders of the functions' code, by the functions' names; those that only the local engine has among them. */
const foldersIn = (directory: string): ReadonlyMap<string, string> =>
  new Map(
    readAssembly(directory).flatMap(({ template, assets }) =>
      Object.values((template.Resources ?? {}) as { readonly [id: string]: Resource })
        .flatMap(({ Type, Properties, Metadata }) => [
          ...(Type === 'AWS::Lambda::Function' ? [Properties] : []),
          ...Object.values(Metadata?.LocalStandIns ?? {}),
        ])
        .flatMap(({ FunctionName, Code }) => {
          const asset = assets.get(String(Code?.S3Key));
          return asset ? [[String(FunctionName), asset.path] as const] : [];
        }),
    ),
  );
