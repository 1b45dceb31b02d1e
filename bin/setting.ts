// What the CLI knows of the outside: where its text goes, where the app is, and the pipelines that lib/cli may not import.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { askOnTerminal, outletOf, type Setting } from '../lib/cli/index.ts';
import { DefinitionError } from '../lib/definition/index.ts';
import { onStop } from './on-stop.ts';

const root = join(import.meta.dirname, '..');

export const settingOfProcess = (): Setting => ({
  root,
  workingDirectory: process.cwd(),
  environment: process.env,
  version: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
  stdout: outletOf(process.stdout),
  stderr: outletOf(process.stderr),
  ...(process.stdin.isTTY && process.stderr.isTTY ? { ask: askOnTerminal } : {}),
  now: Date.now,
  untilStopped: () => new Promise((resolve) => onStop(() => resolve())),
  loadPipelines: async () => (await import('./pipelines.ts')).pipelines,
  diagnose: async (pipelines) => {
    const { pipelines: among } = await import('./pipelines.ts');
    const { checkDefinitions } = await import('../lib/constructs/check-definitions.ts');
    const handlers = relative(process.cwd(), join(root, 'lambdas/stages'));
    try {
      return checkDefinitions({ orchestrator: 'heddle', pipelines, among, handlers });
    } catch (error) {
      if (error instanceof DefinitionError) return error.diagnostics;
      throw error;
    }
  },
});
