// Synthesizes the app of a month into a folder.
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Orchestrator } from '../../../lib/constructs/index.ts';
import type { Pipeline } from '../../../lib/definition/index.ts';

export const synthesize = (outdir: string, pipelines: readonly Pipeline[]): string => {
  process.env.CDK_VALIDATION = 'false'; // what CDK's own rules say of templates is asked in test/constructs
  const app = new App({ outdir });
  const handlers = join(import.meta.dirname, 'stages');
  new Orchestrator(new Stack(app, 'Month'), 'Heddle', { pipelines, handlers });
  return app.synth().directory;
};
