// Where runs live: AWS (or what AWS_ENDPOINT_URL names), or the local engine of this app's state folder.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openLedger } from '../ledger/index.ts';
import { DamagedStateError, EngineError, openEngine } from '../local/index.ts';
import { manifestName, type OrchestratorManifest, type PipelineManifest } from '../records/index.ts';
import { type Aws, AwsCallError, connect } from '../support/aws-call.ts';
import { nearest } from '../support/nearest.ts';
import { wholeAssembly } from './assembly.ts';
import { awsSettings } from './aws-settings.ts';
import { CliError } from './cli-error.ts';
import type { Arguments, Option } from './command.ts';
import { outliving } from './outliving.ts';
import { remark, type Setting, type Target } from './setting.ts';

export type { Target } from './setting.ts';

/** The options of every command that has a target. */
export const targetOptions: { readonly [name: string]: Option } = {
  aws: { says: 'look in AWS, with the credentials of the environment or profile, not in the local engine' },
  state: { value: 'DIR', says: "the local engine's state (default: .heddle of this app)" },
  orchestrator: { value: 'NAME', says: 'the name given to the Orchestrator (default: heddle)' },
};

/** Whether the options or the environment name AWS: `--aws`, HEDDLE_TARGET=aws or AWS_ENDPOINT_URL. */
export const isInAws = (given: Arguments, { environment }: Setting): boolean =>
  given.has('aws') || environment.HEDDLE_TARGET === 'aws' || environment.AWS_ENDPOINT_URL !== undefined;

/**
 * Opens the target that the options and the environment name, or takes the one that the setting has open.
 * `work` is what the local engine may do meanwhile: a command that only reads must not start what is left undone.
 * Throws CliError HDL611 to HDL613, EngineError, AwsCallError.
 */
export const openTarget = async (given: Arguments, setting: Setting, work: 'none' | 'any' = 'any'): Promise<Target> => {
  const { environment, target } = setting;
  if (target) return { ...target, close: async () => undefined };
  if (!isInAws(given, setting))
    return openLocalTarget(given, setting, {
      assembly: join(setting.root, 'cdk.out'),
      port: 0,
      fresh: false,
      setAsideDamaged: false,
      work: work === 'any',
    });
  const settings = await awsSettings(environment);
  const name = settings.endpoint ?? `AWS ${settings.region}`;
  return targetAt(connect(settings), given.text('orchestrator'), {
    name,
    embedded: false,
    close: async () => undefined,
  });
};

export interface LocalOptions {
  readonly assembly: string;
  readonly port: number;
  /** Whether a state folder that is not there yet is to be made. */
  readonly fresh: boolean;
  /** Whether a damaged state is renamed, to begin anew. */
  readonly setAsideDamaged: boolean;
  /** Whether the engine carries on with what is undone, or only answers. */
  readonly work: boolean;
}

/** Looks at a state folder that another process has open and does not answer for: it loads what is deployed, or it ends. */
const mostLooks = 100;
const lookEveryMs = 200;

/**
 * The engine that has the state folder open already, or one for the time of this command: from its start on, or, where the other ends
 * meanwhile, from then on.
 */
export const openLocalTarget = async (given: Arguments, setting: Setting, options: LocalOptions): Promise<Target> => {
  const say = (line: string): void => remark(setting, [line]);
  const again = (): Promise<Target> => {
    say('The local engine that was joined has ended: going on with one of its own.');
    return openLocalTarget(given, setting, options);
  };
  await wholeAssembly(options.assembly, say);
  for (let look = 1; ; look++) {
    const target = await openOrJoin(given, setting, options, look === mostLooks, again);
    if (target) return target;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
};

/** Undefined where another look may find more; at the `last` it throws. */
const openOrJoin = async (
  given: Arguments,
  { root, workingDirectory }: Setting,
  { assembly, port, fresh, setAsideDamaged, work }: LocalOptions,
  last: boolean,
  again: () => Promise<Target>,
): Promise<Target | undefined> => {
  const state = given.text('state');
  const stateDir = state === undefined ? join(root, '.heddle') : resolve(workingDirectory, state);
  const shown = state ?? '.heddle';
  if (!existsSync(assembly) || (!fresh && !existsSync(stateDir))) {
    throw new CliError(
      'HDL611',
      2,
      `there is no ${existsSync(assembly) ? shown : 'cdk.out'}, so nothing has run on this machine yet`,
      'the state of a local engine',
      'npm start, or npx heddle local run <pipeline>; for runs in your account, add --aws',
    );
  }
  try {
    const engine = await openEngine({ assembly, stateDir, port, setAsideDamaged, work });
    const aws = connect({ ...anyone, region: engine.region, endpoint: engine.endpoint });
    const name = `the local engine in ${shown}`;
    const close = (): Promise<void> => engine.close();
    return await targetAt(aws, given.text('orchestrator'), { name, embedded: true, notices: engine.notices, close });
  } catch (error) {
    if (error instanceof DamagedStateError) throw damaged(error);
    if (!(error instanceof EngineError && error.code === 'HDL504')) throw error;
    const live = endpointOf(stateDir);
    if (live !== undefined) return joined(live, given.text('orchestrator'), last, again);
    if (last) throw error;
    return undefined;
  }
};

/** Undefined where it has just ended, unless this is the `last` look. Where it ends later, what `again` opens takes its place. */
const joined = async (
  endpoint: string,
  orchestrator: string | undefined,
  last: boolean,
  again: () => Promise<Target>,
): Promise<Target | undefined> => {
  const aws = connect({ ...anyone, region: 'us-east-1', endpoint });
  let next: Target | undefined;
  const outlived = outliving(aws, async () => {
    next = await again();
    return next.aws;
  });
  const place = { name: `the local engine at ${endpoint}`, embedded: false, close: async () => next?.close() };
  try {
    await targetAt(aws, orchestrator, place); // it is there
    return {
      ...(await targetAt(outlived, orchestrator, place)),
      get embedded() {
        return next?.embedded ?? false;
      },
    };
  } catch (error) {
    if (last || !(error instanceof TypeError && error.message === 'fetch failed')) throw error;
    return undefined;
  }
};

const damaged = ({ code, found, expected, instead }: DamagedStateError): CliError => {
  const fix = `npx heddle local run <pipeline> --set-aside, or npm start -- --set-aside: it is renamed, not deleted; or restore it from a copy${instead}`;
  return new CliError(code, 2, found, expected, fix);
};

/** The engine checks no signatures: any credentials do. */
const anyone = { accessKeyId: 'local', secretAccessKey: 'local' };

/** The endpoint of the engine that holds a state folder, which it writes below its process id. */
const endpointOf = (stateDir: string): string | undefined => {
  try {
    return readFileSync(join(stateDir, 'engine.pid'), 'utf8').split('\n')[1]?.trim() || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // it has just ended; what node:fs throws
    throw error;
  }
};

/** The orchestrator of that name, where these calls go. Throws CliError HDL612. */
export const targetAt = async (
  aws: Aws,
  orchestrator = 'heddle',
  place: Pick<Target, 'name' | 'embedded' | 'notices' | 'close'>,
): Promise<Target> => {
  try {
    // The constructs wrote both kinds of manifest as the types that the records give them.
    const manifest = (await parameter(aws, manifestName(orchestrator))) as OrchestratorManifest | undefined;
    if (!manifest) {
      throw new CliError(
        'HDL612',
        2,
        `${place.name} has no orchestrator '${orchestrator}' (no SSM parameter ${manifestName(orchestrator)})`,
        'one that was deployed there',
        'deploy it (npx cdk deploy; here: npx heddle local run), or name it with --orchestrator; check the region and the account',
      );
    }
    return {
      ...place,
      aws,
      manifest,
      ledger: openLedger(aws, manifest),
      pipeline: async (name) => {
        const found = (await parameter(aws, manifestName(orchestrator, name))) as PipelineManifest | undefined;
        if (found) return found;
        const near = nearest(name, manifest.pipelines);
        throw new CliError(
          'HDL613',
          2,
          `${place.name} has no pipeline '${name}'`,
          `one of ${manifest.pipelines.join(', ')}`,
          near
            ? `did you mean ${near}?`
            : 'deploy it (npx cdk deploy; here: npx heddle local run), or correct the name',
        );
      },
    };
  } catch (error) {
    await place.close();
    throw error;
  }
};

const parameter = async (aws: Aws, name: string): Promise<unknown> => {
  try {
    const { Parameter } = await aws.call('ssm', 'GetParameter', { Name: name });
    return JSON.parse((Parameter as { readonly Value: string }).Value);
  } catch (error) {
    if (error instanceof AwsCallError && error.code === 'ParameterNotFound') return undefined;
    throw error;
  }
};
