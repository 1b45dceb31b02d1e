import { EventField, Rule } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { Trigger } from '../../definition/index.ts';
import { names } from '../names.ts';
import type { IOrchestrator } from '../shared.ts';
import { startTarget } from './start-target.ts';

/** A rule that asks for a run for each object that lands in the inbox under a key of the trigger's form. */
export const objectTrigger = (
  scope: Construct,
  id: string,
  orchestrator: IOrchestrator,
  pipeline: string,
  { keyTemplate, when, batch }: Extract<Trigger<unknown>, { kind: 'object' }>,
): Rule =>
  new Rule(scope, id, {
    ruleName: names.trigger(orchestrator.orchestratorName, pipeline, id.toLowerCase()),
    description: `Starts ${pipeline} for objects like ${keyTemplate}`,
    eventPattern: {
      source: ['aws.s3'],
      detailType: ['Object Created'],
      detail: {
        bucket: { name: [orchestrator.inbox.bucketName] },
        object: { key: [{ wildcard: wildcardOf(keyTemplate) }] },
      },
    },
    targets: [
      startTarget(orchestrator, {
        kind: 'object',
        pipeline,
        keyTemplate,
        trigger: id.toLowerCase(),
        ...(when ? { when } : {}),
        ...(batch ? { batch } : {}),
        event: { detail: EventField.fromPath('$.detail') },
      }),
    ],
  });

/** A key template as EventBridge's wildcard, which does not allow two asterisks in a row. `dispatch` reads it exactly. */
const wildcardOf = (keyTemplate: string): string =>
  keyTemplate
    .replaceAll('\\', '\\\\')
    .replaceAll(/\{\w+\}/g, '*')
    .replace(/\*+/g, '*');
