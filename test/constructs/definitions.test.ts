import { describe, expect, test } from '@jest/globals';
import { Stack } from 'aws-cdk-lib';
import * as z from 'zod';
import { Orchestrator, type OrchestratorProps } from '../../lib/constructs/index.ts';
import { definePipeline, defineStage } from '../../lib/definition/index.ts';
import { testApp } from './fixtures/app.ts';
import { orders } from './fixtures/pipelines.ts';

const nothing = z.object({});
const stage = (name: string) => defineStage(name, { input: nothing, output: nothing });
const pipeline = (name: string, ...stages: string[]) =>
  definePipeline(name, { input: nothing }, (flow) => {
    for (const each of stages) flow.task(stage(each), {});
    return {};
  });

const messageOf = (props: OrchestratorProps): string => {
  try {
    new Orchestrator(new Stack(testApp(), 'Test'), 'Heddle', {
      handlers: 'test/constructs/fixtures/handlers',
      ...props,
    });
  } catch (error) {
    return error instanceof Error ? `${error.name}\n${error.message}` : String(error);
  }
  return 'no error';
};

describe('mistakes of definitions are told together, before anything is made', () => {
  test.each<[string, OrchestratorProps, string[]]>([
    ['none', { pipelines: [orders] }, ['no error']],
    [
      'missing handlers, one misspelt',
      { pipelines: [pipeline('orders', 'lists', 'publish')] },
      [
        'DefinitionError',
        'HDL221 orders.lists: no handler file test/constructs/fixtures/handlers/orders/lists.ts. Fix: rename test/constructs/fixtures/handlers/orders/list.ts to it, or write it.',
        'HDL221 orders.publish: no handler file test/constructs/fixtures/handlers/orders/publish.ts. Fix: write it: export const handler = stageHandler(publish, async ({ input }) => …).',
      ],
    ],
    [
      'a stand-in that is not there, and one whose name is none',
      {
        pipelines: [
          definePipeline('orders', { input: nothing }, (flow) => {
            const call = {
              service: 'ecs:runTask.sync',
              arguments: {},
              resources: ['arn:aws:ecs:eu-west-1:1:x'],
            } as const;
            flow.service('train', { ...call, standIn: 'fakeTraining' });
            flow.service('infer', { ...call, standIn: 'list.ts' });
          }),
        ],
      },
      [
        'DefinitionError',
        "HDL106 orders.infer: the stand-in name 'list.ts' is not a lower-case letter followed by letters and digits. Fix: call it listTs.",
        'HDL221 orders.train: no handler file test/constructs/fixtures/handlers/orders/fake-training.ts. Fix: write it: export const handler = async (args) => ….',
        'HDL221 orders.infer: no handler file test/constructs/fixtures/handlers/orders/list.ts.ts. Fix: rename test/constructs/fixtures/handlers/orders/list.ts to it, or write it.',
      ],
    ],
    [
      'those of two pipelines, and of the orchestrator',
      { name: 'my-heddle', pipelines: [pipeline('first', 'one'), pipeline('second', 'two')] },
      [
        'DefinitionError',
        "HDL222 my-heddle: the orchestrator's name is 'my-heddle', but it takes a small letter, then letters and digits. Fix: name it like 'heddle' or 'reviewsStaging'.",
        'HDL221 first.one: no handler file test/constructs/fixtures/handlers/first/one.ts. Fix: write it: export const handler = stageHandler(one, async ({ input }) => …).',
        'HDL221 second.two: no handler file test/constructs/fixtures/handlers/second/two.ts. Fix: write it: export const handler = stageHandler(two, async ({ input }) => …).',
      ],
    ],
    [
      'a name that Lambda would refuse',
      { name: 'reviewsOfTheWholeCompanyInStagingForTheNorthernHemisphere', pipelines: [orders] },
      [
        'DefinitionError',
        ...[
          ['orders', "its triggers' names", 'schedule99'],
          ['orders.list', "its function's name", 'list'],
          ['orders.cleanFile', "its function's name", 'cleanFile'],
          ['orders.total', "its function's name", 'total'],
        ].map(([at, what, last]) => {
          const name = `reviewsOfTheWholeCompanyInStagingForTheNorthernHemisphere-orders-${last}`;
          return `HDL223 ${at}: ${what}, like ${name}, would have ${name.length} characters, but AWS takes 64. Fix: shorten the name of the orchestrator, the pipeline or the stage.`;
        }),
      ],
    ],
  ])('%s', (_, props, expected) => {
    expect(messageOf(props).split('\n')).toEqual(expected);
  });
});
