import { ArnFormat, Stack } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { Trigger } from '../../definition/index.ts';
import { manifestName, type QueueManifest, queueManifest } from '../../records/index.ts';
import { acceptFindings } from '../accepted-findings.ts';
import { allow } from '../access.ts';
import { consuming } from '../operators.ts';
import type { IOrchestrator } from '../shared.ts';

/** Lets `dispatch` take from a queue of the user's, and tells it what becomes of a message. */
export const queueTrigger = (
  scope: Construct,
  id: string,
  { orchestratorName, operators }: IOrchestrator,
  pipeline: string,
  { queue, input, partition, id: identity, when, batch }: Extract<Trigger<unknown>, { kind: 'queue' }>,
): void => {
  const eventSourceArn = Stack.of(scope).formatArn({
    service: 'sqs',
    resource: queue,
    arnFormat: ArnFormat.NO_RESOURCE_NAME,
  });
  const trigger = id.toLowerCase();
  const reading = { trigger, input, ...(partition ? { partition } : {}), ...(identity ? { id: identity } : {}) };
  const manifest: QueueManifest = { pipeline, reading, ...(when ? { when } : {}), ...(batch ? { batch } : {}) };
  const parameter = new StringParameter(scope, `${id}Manifest`, {
    parameterName: manifestName(orchestratorName, queueManifest(queue)),
    description: `What becomes of the messages of ${queue}`,
    stringValue: Stack.of(scope).toJsonString(manifest),
  });
  allow(operators.dispatch, consuming, [eventSourceArn]);
  const name = manifestName(orchestratorName, queueManifest(queue));
  allow(operators.dispatch, ['ssm:GetParameter'], [parameterArn(scope, name)]);
  const mapping = new EventSourceMapping(scope, id, {
    target: operators.dispatch,
    eventSourceArn,
    batchSize: 10,
    reportBatchItemFailures: true,
    maxConcurrency: 2,
  });
  acceptFindings(mapping, 'Serverless-LambdaEventSourceMappingDestination');
  mapping.node.addDependency(parameter);
  const made = queueOf(scope, queue);
  if (!made) return;
  if (made.redrivePolicy === undefined)
    throw new Error(
      `HDL265 ${pipeline} takes from the queue ${queue}, which has no dead-letter queue: a message that cannot start a run would come again for days, then be lost. Fix: give it a deadLetterQueue`,
    );
  mapping.node.addDependency(made);
};

export const parameterArn = (scope: Construct, name: string): string =>
  Stack.of(scope).formatArn({ service: 'ssm', resource: `parameter${name}`, arnFormat: ArnFormat.NO_RESOURCE_NAME });

/**
 * HDL265: a queue of the same app that is to start runs has no dead-letter queue. Fix: give it one.
 *
 * The queue, where the app has made it before: an imported or later one is known by its name only.
 */
const queueOf = (scope: Construct, queueName: string): CfnQueue | undefined =>
  scope.node.root.node
    .findAll()
    .find((made): made is CfnQueue => made instanceof CfnQueue && made.queueName === queueName);
