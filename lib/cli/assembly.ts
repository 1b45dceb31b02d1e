// The cloud assembly that the local engine runs: synthesized again only when something it is made from has changed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tryLock } from '../local/index.ts';
import { CliError } from './cli-error.ts';

export interface Assembly {
  readonly directory: string;
  /** False when the one from last time was still right. */
  readonly synthesized: boolean;
}

export interface AssemblyOptions {
  /** The folder of the app. */
  readonly root: string;
  /** What the app inherits. */
  readonly environment: { readonly [name: string]: string | undefined };
  readonly say: (line: string) => void;
}

/** Folders and files that a synthesis reads. */
const sources = ['bin', 'lib', 'lambdas', 'cdk.json', 'package-lock.json'];
const stampFile = '.heddle-sources';
/** Locked by who writes the assembly. */
const lockFile = '.heddle-lock';
const [mostLooks, lookEveryMs] = [6_000, 100]; // ten minutes

/** Size and modification time of every source file, hashed: enough to tell a change, and 10 ms for this repository. */
const fingerprint = (root: string): string => {
  const hash = createHash('sha256');
  const visit = (path: string): void => {
    const full = join(root, path);
    const stat = statSync(full);
    if (stat.isDirectory()) for (const name of readdirSync(full).sort()) visit(join(path, name));
    else hash.update(`${path} ${stat.size} ${stat.mtimeMs}\n`);
  };
  for (const source of sources) visit(source);
  return hash.digest('hex');
};

const stampOf = (directory: string): string | undefined => {
  try {
    return readFileSync(join(directory, stampFile), 'utf8');
  } catch {
    return undefined; // No stamp: there is no assembly yet, or something else wrote it.
  }
};

/** Resolves once nobody writes the assembly, with what lets others write it again. Throws CliError HDL632. */
const lock = async (directory: string, say: (line: string) => void): Promise<() => void> => {
  for (let look = 1; ; look++) {
    const unlock = tryLock(join(directory, lockFile));
    if (unlock) return unlock;
    // Who reads it has it for a moment too.
    if (look === 2) say('another process synthesizes the CDK app: waiting for it');
    if (look === mostLooks)
      throw new CliError(
        'HDL632',
        2,
        `another process has been synthesizing into ${directory} for ten minutes`,
        'one that comes to its end',
        'end it, then run this again',
      );
    await sleep(lookEveryMs);
  }
};

const mayBeWritten = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false; // it is not there, or only to be read, so nobody writes beside it
  }
};

/** Resolves once nobody writes the assembly in `directory`, if there is one. Throws CliError HDL632. */
export const wholeAssembly = async (directory: string, say: (line: string) => void): Promise<void> => {
  if (mayBeWritten(join(directory, lockFile))) (await lock(directory, say))();
};

/**
 * The assembly in `cdk.out`, made by running the CDK app (`bin/app.ts`) where it is missing or older than its sources. Of several processes at
 * once one makes it. Throws CliError with the app's own message when the app fails.
 */
export const freshAssembly = async ({ root, environment, say }: AssemblyOptions): Promise<Assembly> => {
  const directory = join(root, 'cdk.out');
  if (stampOf(directory) === fingerprint(root)) return { directory, synthesized: false };
  mkdirSync(directory, { recursive: true });
  const unlock = await lock(directory, say);
  try {
    const wanted = fingerprint(root);
    if (stampOf(directory) === wanted) return { directory, synthesized: false }; // another made it meanwhile
    say('synthesizing the CDK app');
    rmSync(join(directory, stampFile), { force: true }); // what is left half done is that of no sources
    await synthesize(root, directory, environment);
    writeFileSync(join(directory, stampFile), wanted);
    return { directory, synthesized: true };
  } finally {
    unlock();
  }
};

/** Runs the app as the CDK CLI would, less the CLI: it hands cdk.json's context over in the environment. */
const synthesize = (root: string, directory: string, environment: AssemblyOptions['environment']): Promise<void> =>
  new Promise((resolve, reject) => {
    const { context = {} } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8'));
    const app = spawn(process.execPath, ['bin/app.ts'], {
      cwd: root,
      env: {
        ...environment,
        CDK_OUTDIR: directory,
        CDK_CONTEXT_JSON: JSON.stringify(context),
        CDK_VALIDATION: 'false',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    app.stderr.on('data', (chunk) => {
      said += chunk;
    });
    app.on('error', reject);
    app.on('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new CliError(
            'HDL610',
            2,
            `the CDK app ended with code ${code}`,
            'an app that synthesizes',
            `mend what it says:\n${said.trim()}`,
          ),
        );
    });
  });
