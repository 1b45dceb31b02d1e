// Triggers of events and queues: what they make in the template.
import { expect, test } from '@jest/globals';
import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import * as z from 'zod';
import { Orchestrator } from '../../lib/constructs/index.ts';
import { definePipeline, fromQueue, ne, onEvent } from '../../lib/definition/index.ts';
import { handlers, testApp } from './fixtures/app.ts';
import { total } from './fixtures/contracts.ts';
import { orders } from './fixtures/pipelines.ts';
import { statementsOf } from './fixtures/policies.ts';

const taking = {
  detail: z.object({ day: z.string() }),
  input: (event: { detail: { day: unknown } }) => ({ day: event.detail.day }),
};
const quick = definePipeline(
  'quick',
  {
    input: z.object({ day: z.unknown() }),
    triggers: [
      onEvent({ source: 'shop', detail: { rows: [{ numeric: ['>', 0] }] }, bus: 'shopping' }, taking),
      fromQueue('inbox', taking),
    ],
  },
  (flow) => flow.task(total, { rows: [] }),
);
const stackWith = (redrive: boolean): Stack => {
  const stack = new Stack(testApp(), 'Test');
  const queue = redrive ? new Queue(stack, 'Dead') : undefined;
  new Queue(stack, 'Inbox', {
    queueName: 'inbox',
    ...(queue ? { deadLetterQueue: { queue, maxReceiveCount: 3 } } : {}),
  });
  new Orchestrator(stack, 'Heddle', { pipelines: [quick], handlers });
  return stack;
};
const template = Template.fromStack(stackWith(true));

test('a rule has the whole pattern, on the bus that was named, which may reach the start queue', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    Name: 'heddle-quick-event1',
    EventBusName: 'shopping',
    EventPattern: { source: ['shop'], detail: { rows: [{ numeric: ['>', 0] }] } },
  });
  expect(JSON.stringify(template.findResources('AWS::SQS::QueuePolicy'))).toContain(':rule/shopping/heddle-*');
});

test('dispatch takes from the queue, after it is made, and gives back only what failed', () => {
  template.hasResource('AWS::Lambda::EventSourceMapping', {
    Properties: Match.objectLike({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      EventSourceArn: Match.objectLike({ 'Fn::Join': ['', Match.arrayWith([':inbox'])] }),
    }),
    DependsOn: Match.arrayWith([Match.stringLikeRegexp('^Inbox')]),
  });
  const rights = statementsOf(template).filter(({ role }) => role.includes('OperatorsDispatch'));
  const resources = rights.flatMap(({ resources }) => resources).join('\n');
  expect(resources).toMatch(/:inbox$/m);
  expect(resources).toContain('parameter/heddle/heddle/queues/inbox');
  expect(resources).toContain('parameter/heddle/heddle/inputs/quick');
});

test('the schema of an input, which may get shorter again, does not ask for the standard tier', () => {
  template.hasResourceProperties('AWS::SSM::Parameter', {
    Name: '/heddle/heddle/inputs/quick',
    Tier: 'Intelligent-Tiering',
  });
});

test('a queue without a dead-letter queue is refused', () => {
  expect(() => stackWith(false)).toThrow(/^HDL265 quick takes from the queue inbox, which has no dead-letter queue/);
});

test('the condition on upstreams is in the manifest, which dispatch reads', () => {
  const below = definePipeline(
    'quick',
    { input: z.object({}), upstream: { orders }, when: ({ partition }) => ne(partition.key, '2026-12-25') },
    (flow) => flow.task(total, { rows: [] }),
  );
  const stack = new Stack(testApp(), 'Below');
  new Orchestrator(stack, 'Heddle', { pipelines: [orders, below], handlers });
  const manifests = Object.values(Template.fromStack(stack).findResources('AWS::SSM::Parameter'))
    .map(({ Properties }) => JSON.stringify(Properties.Value))
    .filter((value) => value.includes('2026-12-25'));
  expect(manifests).toHaveLength(1);
});
