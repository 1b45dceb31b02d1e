import { Stack } from 'aws-cdk-lib';
import { type CfnRule, EventBus, EventField, Rule } from 'aws-cdk-lib/aws-events';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Trigger } from '../../definition/index.ts';
import { names } from '../names.ts';
import type { IOrchestrator } from '../shared.ts';
import { startTarget } from './start-target.ts';

/** A rule that asks for a run for each event that matches the trigger's pattern. */
export const eventTrigger = (
  scope: Construct,
  id: string,
  orchestrator: IOrchestrator,
  pipeline: string,
  { pattern, bus, input, partition, id: identity, when, batch }: Extract<Trigger<unknown>, { kind: 'event' }>,
): Rule => {
  const field = (path: string) => EventField.fromPath(path);
  const trigger = id.toLowerCase();
  const reading = { trigger, input, ...(partition ? { partition } : {}), ...(identity ? { id: identity } : {}) };
  const rule = new Rule(scope, id, {
    ruleName: names.trigger(orchestrator.orchestratorName, pipeline, trigger),
    description: `Starts ${pipeline} for events`,
    ...(bus === undefined ? {} : { eventBus: EventBus.fromEventBusName(scope, `${id}Bus`, bus) }),
    eventPattern: { source: ['replaced below: the L2 takes less than EventBridge'] },
    targets: [
      startTarget(orchestrator, {
        kind: 'event',
        from: 'event',
        pipeline,
        reading,
        ...(when ? { when } : {}),
        ...(batch ? { batch } : {}),
        event: {
          id: field('$.id'),
          time: field('$.time'),
          source: field('$.source'),
          detailType: field('$.detail-type'),
          detail: field('$.detail'),
        },
      }),
    ],
  });
  (rule.node.defaultChild as CfnRule).eventPattern = pattern;
  if (bus !== undefined) letIn(orchestrator, bus);
  return rule;
};

/** The queues take from rules on the default bus and on the orchestrator's; this is for one of the user's. */
const letIn = ({ orchestratorName, startQueue, undelivered }: IOrchestrator, bus: string): void => {
  for (const queue of [startQueue, undelivered]) {
    const form = Stack.of(queue).formatArn({
      service: 'events',
      resource: `rule/${bus}`,
      resourceName: `${orchestratorName}-*`,
    });
    queue.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        conditions: { ArnLike: { 'aws:SourceArn': form } },
      }),
    );
  }
};
