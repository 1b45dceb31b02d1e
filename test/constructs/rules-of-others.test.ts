// What others check: cdk-nag and CDK's own rules over the shipped app, asl-validator over its state machines.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import aslValidator from 'asl-validator';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { pipelines } from '../../bin/pipelines.ts';
import { Orchestrator, Pipeline } from '../../lib/constructs/index.ts';
import { handlers, type Resource } from './fixtures/app.ts';
import { crossing, packed, rounds } from './fixtures/latched.ts';
import { quick } from './fixtures/quick.ts';

const app = new App({
  context: { ...JSON.parse(readFileSync('cdk.json', 'utf8')).context, 'aws:cdk:bundling-stacks': [] },
});
const stack = new Stack(app, 'Heddle');
const orchestrator = new Orchestrator(stack, 'Heddle', { pipelines });
// The shipped ones have neither a latch nor machines for their parts, and take no requests.
for (const definition of [crossing, packed, quick, rounds])
  new Pipeline(stack, definition.name, { orchestrator, definition, handlers });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
const assembly = app.synth({ errorOnDuplicateSynth: false });

test('cdk-nag and CloudFormation rules have no finding that is not accepted with a reason', () => {
  const { pluginReports } = JSON.parse(readFileSync(`${assembly.directory}/validation-report.json`, 'utf8'));
  expect(pluginReports).toEqual([]);
});

describe('asl-validator accepts the state machine of', () => {
  const { Resources } = assembly.getStackArtifact(stack.artifactId).template as {
    Resources: { [id: string]: Resource };
  };
  const machines = Object.values(Resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::StepFunctions::StateMachine'
      ? [[String(Properties.StateMachineName), String(Properties.DefinitionString)] as const]
      : [],
  );

  test.each(machines)('%s', (_, definition) => {
    // A placeholder stands for an ARN.
    const deployed = definition.replace(/\$\{\w+\}/g, 'arn:aws:lambda:eu-west-1:111111111111:function:f');
    expect(aslValidator(JSON.parse(deployed))).toMatchObject({ isValid: true, errors: [] });
  });

  test('all pipelines', () => {
    expect(machines.map(([name]) => name)).toEqual([
      ...pipelines.map(({ name }) => `heddle-${name}`),
      ...['heddle-crossing', 'heddle-packed', 'heddle-packed-1', 'heddle-packed-2', 'heddle-quick', 'heddle-rounds'],
    ]);
  });
});
