// Synthesizes the app of the benchmark into a folder.
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Orchestrator } from '../../../lib/constructs/index.ts';
import { rows } from './pipeline.ts';

const [outdir = 'cdk.out'] = process.argv.slice(2);
const app = new App({ outdir });
const handlers = join(import.meta.dirname, 'stages');
new Orchestrator(new Stack(app, 'Scale'), 'Heddle', { pipelines: [rows], handlers });
app.synth();
