// More stages than one stack holds: said when the app is synthesized, with what makes so many.
import { expect, test } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import * as z from 'zod';
import { Orchestrator, Pipeline } from '../../lib/constructs/index.ts';
import { definePipeline, defineStage, type Ref } from '../../lib/definition/index.ts';

const named = z.object({ name: z.string() });
const work = defineStage('work', { input: named, output: named });
const handlers = 'test/constructs/fixtures/handlers';

/** A chain with the handlers of the fixture `crossing`. */
const chainOf = (length: number) =>
  definePipeline('crossing', { input: z.object({}) }, (flow) => {
    let before: readonly Ref<unknown>[] = [];
    for (let place = 0; place < length; place++)
      before = [flow.task(work, { name: 'any' }, { id: `s${place}`, after: before })];
  });

const testApp = (): App =>
  new App({
    context: { 'aws:cdk:bundling-stacks': [] },
    builtinCloudFormationValidation: false,
    analyticsReporting: false,
  });

const messageOf = (app: App): string => {
  try {
    app.synth();
    return 'fits';
  } catch (error) {
    return (error as Error).message;
  }
};

test('a pipeline that no stack holds', () => {
  const app = testApp();
  new Orchestrator(new Stack(app, 'Test'), 'Heddle', { pipelines: [chainOf(110)], handlers });
  expect(messageOf(app)).toMatch(
    /HDL225 crossing: the stack Test has 6\d\d resources, 5\d\d of them for the 110 functions of crossing, but CloudFormation takes 500\. Fix: make parts of it pipelines of their own, which it runs with flow\.run, each in a stack of its own\./,
  );
});

test('one that the orchestrator’s stack has no room for, and its own has', () => {
  const crowded = testApp();
  new Orchestrator(new Stack(crowded, 'Test'), 'Heddle', { pipelines: [chainOf(92)], handlers });
  expect(messageOf(crowded)).toMatch(/HDL225 crossing: .* Fix: make it with new Pipeline in a stack of its own\./);

  const app = testApp();
  const orchestrator = new Orchestrator(new Stack(app, 'Test'), 'Heddle', { handlers });
  new Pipeline(new Stack(app, 'Own'), 'Crossing', { orchestrator, definition: chainOf(92) });
  expect(messageOf(app)).toBe('fits');
});

test('definitions that no template holds', () => {
  const long = 'x'.repeat(250_000);
  const heavy = (name: string) =>
    definePipeline(name as 'crossing', { input: z.object({}) }, (flow) => {
      flow.task(work, { name: long }, { id: 'a' });
    });
  const app = testApp();
  const stack = new Stack(app, 'Test');
  const orchestrator = new Orchestrator(stack, 'Heddle', { handlers });
  new Pipeline(stack, 'One', { orchestrator, definition: heavy('crossing') });
  expect(messageOf(app)).toBe('fits');

  const full = testApp();
  const both = new Stack(full, 'Test');
  const shared = new Orchestrator(both, 'Heddle', { handlers });
  new Pipeline(both, 'One', { orchestrator: shared, definition: heavy('crossing') });
  new Pipeline(both, 'Other', { orchestrator: shared, definition: heavy('rounds') });
  expect(messageOf(full)).toMatch(
    /HDL226 crossing: the definitions in the stack Test have 10\d{5} bytes as a template has them, 5\d{5} of them of crossing, but CloudFormation takes templates of 1000000\. Fix: make it with new Pipeline in a stack of its own\./,
  );
});

test('the rights on as many functions as a stack holds fit into policies', () => {
  const app = testApp();
  const orchestrator = new Orchestrator(new Stack(app, 'Test'), 'Heddle', { handlers });
  const stack = new Stack(app, 'Own');
  new Pipeline(stack, 'Crossing', { orchestrator, definition: chainOf(92) });
  const { Resources } = app.synth().getStackByName('Own').template as Template;
  const documents = Object.values(Resources).flatMap(({ Type, Properties }) =>
    /^AWS::IAM::(Managed)?Policy$/.test(Type) ? [{ Type, text: filledIn(Properties.PolicyDocument) }] : [],
  );
  const most = { 'AWS::IAM::Policy': 10_240, 'AWS::IAM::ManagedPolicy': 6_144 };
  expect(documents.filter(({ Type, text }) => text.length > most[Type as keyof typeof most])).toEqual([]);
  expect(documents.filter(({ Type }) => Type === 'AWS::IAM::ManagedPolicy').length).toBeLessThanOrEqual(10);
  const invoked = documents.flatMap(({ text }) => [...text.matchAll(/:function:[^"]+:\*/g)].map(([name]) => name));
  expect(new Set(invoked).size).toBe(92);
});

test('the rights on as many pipelines as an app has fit into policies, and into the template', () => {
  const app = testApp();
  const orchestrator = new Orchestrator(new Stack(app, 'Test'), 'Heddle', { handlers });
  for (let place = 0; place < 180; place++)
    orchestrator.operators.serve(`pipelineOfALongName${place}`, {
      ...{ type: 'standard', overlap: 'cancelRunning', compensates: true, leavesJobs: true, pools: [] },
      runs: [`pipelineOfALongName${place + 1}`],
    });
  const { messages, template } = app.synth().getStackByName('Test');
  expect(JSON.stringify(template).length).toBeLessThan(1_000_000);
  expect(messages.map(({ entry }) => String(entry.data)).filter((said) => said.startsWith('Policy'))).toEqual([]);
});

interface Template {
  readonly Resources: {
    readonly [id: string]: { readonly Type: string; readonly Properties: { readonly PolicyDocument: unknown } };
  };
}

/** A document as it is sent, names of 64 characters in the place of references. */
const filledIn = (document: unknown): string => {
  const value = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(value);
    if (typeof part !== 'object' || part === null) return part;
    const fields = Object.entries(part);
    const [[name, inner] = ['', undefined]] = fields;
    if (name === 'Fn::Join') return (inner as [string, unknown[]])[1].map(value).join('');
    if (name === 'Ref') return String(inner) === 'AWS::Partition' ? 'aws' : 'r'.repeat(64);
    if (name === 'Fn::GetAtt' || name === 'Fn::ImportValue')
      return `arn:aws:lambda:ap-southeast-2:123456789012:function:${String(inner).padEnd(64, 'x').slice(0, 64)}`;
    return Object.fromEntries(fields.map(([field, each]) => [field, value(each)]));
  };
  return JSON.stringify(value(document));
};
