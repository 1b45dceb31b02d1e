// The CDK app: one stack with the orchestrator and its pipelines. `cdk deploy` ships it, the local engine runs it.
import { App, Stack } from 'aws-cdk-lib';
import { Orchestrator } from '../lib/constructs/index.ts';
import { DefinitionError } from '../lib/definition/index.ts';

try {
  // Imported here, because defining a pipeline can throw too.
  const { pipelines } = await import('./pipelines.ts');
  // Not when the process ends: after a mistake there is nothing to write.
  const app = new App({ autoSynth: false });
  const stack = new Stack(app, 'Heddle', { description: 'Heddle: pipelines, their stages, and what they share' });
  // cfn-lint finds CDK's habit of saying a dependency twice; it does no harm.
  stack.templateOptions.metadata = { 'cfn-lint': { config: { ignore_checks: ['W3005'] } } };
  new Orchestrator(stack, 'Heddle', { pipelines });
  app.synth();
} catch (error) {
  if (!(error instanceof DefinitionError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
