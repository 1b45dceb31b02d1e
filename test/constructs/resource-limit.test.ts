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
